//! `examples/tune` in Rust: the same flight, step for step.

use weco_tune::Files;

const GRAVITY: f64 = 1.62;
const ENGINE: f64 = 4.5;
const ENGINE_LAG: f64 = 0.5;
const TURN_RATE: f64 = 0.35;
const STEP: f64 = 0.1;
const LIMIT: u32 = 1000;
const FUEL: f64 = 150.0;

/// The example's own source.
pub(crate) fn files() -> Files {
    let source = include_str!("../../../../../examples/tune/autopilot.py");
    Files::from([("autopilot.py".to_owned(), source.to_owned())])
}

/// The mean score of the landings. The file's last constant, gravity, is not tuned.
pub(crate) fn score(settings: &[f64]) -> f64 {
    let landings = (0..16u32).map(|i| {
        let [a, b, c, d] = [1, 3, 7, 9].map(|k| f64::from(i * k % 16) / 15.0);
        land(settings, [-300.0 + 600.0 * a, 200.0 + 300.0 * b, -25.0 + 50.0 * c, -20.0 * d])
    });
    landings.sum::<f64>() / 16.0
}

fn steer(settings: &[f64], [x, height, vx, vy]: [f64; 4]) -> (f64, f64) {
    let [descent, flare, touchdown, thrust_gain, drift_gain, max_drift, tilt_gain, max_tilt] =
        [0, 1, 2, 3, 4, 5, 6, 7].map(|i: usize| settings[i]);
    let mut fall = descent * height.max(0.0).sqrt();
    if height < flare {
        fall = fall.min(touchdown);
    }
    let thrust = GRAVITY + thrust_gain * (-fall - vy);
    let drift = (-drift_gain * x).clamp(-max_drift, max_drift);
    (thrust, (tilt_gain * (drift - vx)).clamp(-max_tilt, max_tilt))
}

fn land(settings: &[f64], start: [f64; 4]) -> f64 {
    let [mut x, mut y, mut vx, mut vy] = start;
    let (mut thrust, mut tilt, mut fuel) = (0.0f64, 0.0f64, FUEL);
    let mut steps = 0;
    while y > 0.0 && steps < LIMIT {
        let (wanted, lean) = steer(settings, [x, y, vx, vy]);
        let wanted = if fuel > 0.0 { wanted.clamp(0.0, ENGINE) } else { 0.0 };
        thrust += (wanted - thrust) * STEP / ENGINE_LAG;
        tilt += (lean - tilt).clamp(-TURN_RATE * STEP, TURN_RATE * STEP);
        fuel -= thrust * STEP;
        vx += thrust * tilt.sin() * STEP;
        vy += (thrust * tilt.cos() - GRAVITY) * STEP;
        x += vx * STEP;
        y += vy * STEP;
        steps += 1;
    }
    if y > 0.0 {
        return 0.0;
    }
    let hit = vx.hypot(vy) + 10.0 * tilt.abs();
    let softness = (-(hit / 6.0).powi(2)).exp() * 0.6 + 0.4 / (1.0 + hit / 4.0);
    let aim = 1.0 / (1.0 + (x / 15.0).powi(2));
    100.0 * softness * (0.2 + 0.5 * aim + 0.3 * fuel.max(0.0) / FUEL)
}
