import { x } from "./x3";
type Level = 1 | 2;
enum Color { Red = 5 }
export const LIMIT = 1_000;
const options: Options = { retries: 3, ratio: 0.75, cache: true, "max-size": 256 };
class Pool {
  size: number = 16;
  private readonly wait = 2.5e2;
  constructor(private depth: number = 8) {}
  run(n = 12): number {
    let i = 0;
    const big = 10n;
    const rate = -0.3;
    for (; i < n; i++) this.list[4] = n >>> 3;
    setTimeout(() => {}, 400);
    return `${n + 7}`.length + 5;
  }
}
