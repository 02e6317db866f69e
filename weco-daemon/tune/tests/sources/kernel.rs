//! Module of 3 parts.
use std::fmt;

#[repr(align(64))]
pub struct Grid([u8; 16]);

const BLOCK: usize = 64;
static RATE: f32 = 1.5f32;
const LIMITS: (i32, i32) = (-8, 1_000);

enum Kind {
    A = 3,
    B = 4,
}

impl Grid {
    pub const DEPTH: u32 = 6u32;

    fn run(&self, n: usize) -> f64 {
        let threshold = 0.25;
        let mut acc = 0.0;
        let mut count = 0usize;
        for i in 0..n {
            acc += self.0[3] as f64 * 0.125;
            count += 1;
        }
        let buffer = vec![0u8; 4096];
        match n {
            7 => return 7.5,
            _ => {}
        }
        let wait = std::time::Duration::from_millis(250);
        println!("{} {}", 12, acc);
        let pair = Pair { left: 5, right: -2.5, ok: true };
        pair.0 * (threshold - 5.0) + (n << 4) as f64
    }
}
