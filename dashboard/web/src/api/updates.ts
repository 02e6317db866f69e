// What happens in a run, as its event stream tells it.

import type { Maybe, RunStatus, Stage } from './types';

interface At {
  /** The journal's sequence number; 0 for live news that is not recorded. */
  seq: number;
  at_ms: number;
}

export interface Asked {
  type: 'asked';
  step: number;
  parent?: Maybe<number>;
  stage: Stage;
  attempt: number;
  with?: Maybe<number>;
  why?: Maybe<string>;
  model?: Maybe<string>;
}

export interface Proposed {
  type: 'proposed';
  step: number;
  plan: string;
  lines_added: number;
  lines_removed: number;
  input_tokens: number;
  output_tokens: number;
  parent?: Maybe<number>;
}

export interface Evaluated {
  type: 'evaluated';
  step: number;
  metric?: Maybe<number>;
  metric_sd?: Maybe<number>;
  metric_count?: Maybe<number>;
  samples?: Maybe<number[]>;
  buggy_reason?: Maybe<string>;
  duration_ms: number;
  is_best: boolean;
  /** The run's best step now, which another one may have been before. */
  best_step?: Maybe<number>;
  /** A step that worked was measured again, which takes a step of the budget. */
  recheck?: Maybe<boolean>;
  inherited?: Maybe<boolean>;
  output_tail?: Maybe<string>;
}

export interface Ended {
  type: 'ended';
  status: RunStatus;
  reason?: Maybe<string>;
  hint?: Maybe<string>;
  baseline_failed?: Maybe<boolean>;
  best_step?: Maybe<number>;
  best_metric?: Maybe<number>;
  best_sd?: Maybe<number>;
  best_count?: Maybe<number>;
  edited?: Maybe<string[]>;
}

export interface Progress {
  type: 'progress';
  step: number;
  proposing?: Maybe<{ characters: number; tries: number; last_fault?: Maybe<string> }>;
  evaluating?: Maybe<{ output_tail: string }>;
  waiting?: Maybe<string>;
}

export interface Waiting {
  type: 'waiting';
  step: number;
  attempt: number;
  attempts: number;
  until_ms: number;
  wait_ms: number;
  reason: string;
}

export type Happening =
  | { type: 'created' }
  | Asked
  | Proposed
  | { type: 'unusable'; step: number; attempt: number; reason: string; will_retry: boolean }
  | { type: 'step_failed'; step: number; reason: string }
  | { type: 'evaluating'; step: number; attempt: number; recheck?: Maybe<boolean> }
  | Evaluated
  | { type: 'source_edited'; path: string; kept_at: string; message: string }
  | { type: 'stop_asked'; force?: Maybe<boolean> }
  | { type: 'resumed'; steps: number }
  | Ended
  | { type: 'applied'; step: number; paths: string[] }
  | { type: 'warned'; message: string }
  | Waiting
  | { type: 'revised'; step: number; revision: number; by: string; lines_added: number; lines_removed: number }
  | { type: 'approved'; step: number; by: string; eval_command?: Maybe<string> }
  | { type: 'rejected'; step: number; by: string; reason?: Maybe<string> }
  | { type: 'returned'; step: number; reason: string }
  | { type: 'instructed'; instructions: string; by: string }
  | Progress;

export type RunUpdate = At & Happening;

/** As the page's stream has it: with the run that it is of. */
export type OfRun = RunUpdate & { run: string };
