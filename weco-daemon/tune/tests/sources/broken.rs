fn main( {
    const DEPTH: usize = 12;
    let rate = 0.5
