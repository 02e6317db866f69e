// @ts-check
const DELAY = 300; // between 100 and 900
var factor = .5;
module.exports = { depth: 7, f: (n = 4) => n * 1.25 };
