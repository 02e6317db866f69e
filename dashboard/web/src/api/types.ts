// The daemon's JSON API, version 1, as the page uses it. Optionals are absent or null.

export type Maybe<T> = T | null | undefined;
export type Goal = 'maximize' | 'minimize';
export type RunStatus = 'running' | 'stopping' | 'completed' | 'terminated' | 'error' | 'interrupted';
export type Stage = 'baseline' | 'draft' | 'improve' | 'debug' | 'cross' | 'leap';
export type NodeStatus =
  | 'proposing'
  | 'pending_approval'
  | 'pending_evaluation'
  | 'evaluating'
  | 'completed'
  | 'buggy'
  | 'failed'
  | 'rejected';

export interface DerivedFrom {
  run_id: string;
  step: number;
  node_id: string;
}

/** A step that is neither evaluated nor failed, or that is measured again. */
export interface UnderWay {
  step: number;
  evaluating: boolean;
  why: string;
}

export interface Limits {
  target?: Maybe<number>;
  patience?: Maybe<number>;
  max_seconds?: Maybe<number>;
  max_tokens?: Maybe<number>;
  max_cost_usd?: Maybe<number>;
}

export interface LimitsUsed {
  fruitless_steps: number;
  seconds: number;
  tokens: number;
  cost_usd?: Maybe<number>;
}

export interface Account {
  model: string;
  steps: number;
  bests: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd?: Maybe<number>;
}

export interface RunSummary {
  run_id: string;
  name: string;
  directory: string;
  sources: string[];
  metric: string;
  goal: Goal;
  model: string;
  models?: Maybe<string[]>;
  status: RunStatus;
  reason?: Maybe<string>;
  hint?: Maybe<string>;
  steps_done: number;
  steps: number;
  baseline_metric?: Maybe<number>;
  baseline_sd?: Maybe<number>;
  baseline_count?: Maybe<number>;
  baseline_failed?: Maybe<boolean>;
  best_step?: Maybe<number>;
  best_metric?: Maybe<number>;
  best_sd?: Maybe<number>;
  best_count?: Maybe<number>;
  input_tokens: number;
  output_tokens: number;
  cost_usd?: Maybe<number>;
  created_at_ms: number;
  updated_at_ms: number;
  ended_at_ms?: Maybe<number>;
  last_seq: number;
  log_dir: string;
  applied_step?: Maybe<number>;
  edited?: Maybe<string[]>;
  waiting?: Maybe<string>;
  require_review?: Maybe<boolean>;
  pending?: Maybe<{ node_id: string; step: number; plan: string; status: NodeStatus }[]>;
  instructions?: Maybe<string>;
  lineage_id: string;
  derived_from?: Maybe<DerivedFrom>;
  search?: Maybe<string>;
  search_parameters?: Maybe<string>;
  evaluation?: Maybe<string>;
  reasoning_effort?: Maybe<string>;
  parallel?: Maybe<number>;
  rechecks?: Maybe<number>;
  accounts?: Maybe<Account[]>;
  limits?: Maybe<Limits>;
  limits_used?: Maybe<LimitsUsed>;
  under_way?: Maybe<UnderWay[]>;
  trend?: Maybe<number[]>;
}

export interface Node {
  run_id: string;
  step: number;
  /** Empty for a step that was learnt of from an event and not asked for since. */
  node_id: string;
  parent_step?: Maybe<number>;
  parent_id?: Maybe<string>;
  with_step?: Maybe<number>;
  stage: Stage;
  status: NodeStatus;
  reason?: Maybe<string>;
  metric?: Maybe<number>;
  metric_sd?: Maybe<number>;
  metric_count?: Maybe<number>;
  plan: string;
  global_step: number;
  inherited?: Maybe<boolean>;
  /** The newest revision that was told of; trees do not say. */
  revision?: number;
}

export interface SourceText {
  path: string;
  text: string;
}

export interface Revision {
  revision_id: string;
  number: number;
  by: string;
  at_ms: number;
  lines_added: number;
  lines_removed: number;
}

export interface NodeDetail extends Node {
  why?: Maybe<string>;
  model?: Maybe<string>;
  lines_added?: Maybe<number>;
  lines_removed?: Maybe<number>;
  input_tokens?: Maybe<number>;
  output_tokens?: Maybe<number>;
  cost_usd?: Maybe<number>;
  attempts?: Maybe<number>;
  asked_at_ms?: Maybe<number>;
  proposed_at_ms?: Maybe<number>;
  ended_at_ms?: Maybe<number>;
  duration_ms?: Maybe<number>;
  exit_code?: Maybe<number>;
  signal?: Maybe<number>;
  timed_out?: Maybe<boolean>;
  verified?: Maybe<boolean>;
  samples?: Maybe<number[]>;
  instructions?: Maybe<string>;
  revisions?: Maybe<Revision[]>;
  approval?: Maybe<{ by: string; at_ms: number; eval_command?: Maybe<string>; directory: string }>;
  files?: Maybe<SourceText[]>;
  output?: Maybe<string>;
  output_tail?: Maybe<string>;
  report?: Maybe<EvalReport>;
}

/** What an evaluation backend told of a step. */
export interface EvalReport {
  scores: { name: string; value?: Maybe<number>; summary: string; count: number; missing: number }[];
  examples: number;
  failed: number;
  worst: EvalExample[];
  experiment: string;
  experiment_url: string;
  notes: string[];
}

export interface EvalExample {
  id: string;
  input: string;
  output?: Maybe<string>;
  expected?: Maybe<string>;
  error?: Maybe<string>;
  scores: { name: string; value?: Maybe<number>; comment?: Maybe<string> }[];
}

export interface Tree {
  members: RunSummary[];
  nodes: Node[];
}

export interface Me {
  version: string;
  pid: number;
  uptime_seconds: number;
  state_dir: string;
  notices?: Maybe<string[]>;
}
