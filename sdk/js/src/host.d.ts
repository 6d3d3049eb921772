/**
 * What the host gives, as the tool chain shows it: records are objects, `result` is a value or an exception whose `payload`
 * is the error, a variant is `{ tag, val }`, 64-bit numbers are numbers.
 */

declare module "goalpost:plugin/log@0.1.0" {
  export function write(level: "trace" | "debug" | "info" | "warn" | "error", message: string): void;
}

declare module "goalpost:plugin/tree@0.1.0" {
  import type { Change } from "goalpost-plugin";
  export interface Entry {
    path: string;
    kind: "file" | "executable" | "symlink" | "submodule";
    size: number;
    oid: string;
  }
  export class Tree {
    private constructor();
    id(): string;
    entries(prefix: string, after: string | undefined, limit: number): { entries: Entry[]; next?: string };
    stat(path: string): Entry;
    read(path: string, offset: number, max: number): Uint8Array;
    diff(base: Tree, prefix: string): Change[];
    patch(base: Tree, path: string, max: number): string;
  }
  export function baseline(): Tree;
  export function candidate(): Tree;
  export function sealed(): Tree;
}

declare module "goalpost:plugin/checks@0.1.0" {
  import type { GateReport } from "goalpost-plugin";
  export class CheckRun {
    private constructor();
    report(): GateReport;
    artifacts(): { path: string; size: number }[];
    readArtifact(path: string, offset: number, max: number): Uint8Array;
  }
  export function names(): string[];
  export function run(name: string): CheckRun;
  export function runWith(name: string, edits: { path: string; content?: Uint8Array }[]): CheckRun;
}

declare module "goalpost:plugin/llm@0.1.0" {
  import type { Usage } from "goalpost-plugin";
  export interface Request {
    model?: string;
    system?: string;
    messages: { role: "user" | "assistant"; content: string }[];
    maxTokens: number;
    temperature?: number;
    responseSchema?: string;
  }
  export interface Completion {
    text: string;
    model: string;
    stop: "finished" | "max-tokens" | "refused";
    usage: Usage;
  }
  export function complete(request: Request): Completion;
  export function models(): string[];
}

declare module "goalpost:plugin/http@0.1.0" {
  export interface Header {
    name: string;
    value: string;
  }
  export interface Request {
    method: string;
    url: string;
    headers: Header[];
    body?: Uint8Array;
    timeoutMs?: number;
  }
  export interface Response {
    status: number;
    headers: Header[];
    body: Uint8Array;
  }
  export function send(request: Request): Response;
}

declare module "goalpost:plugin/state@0.1.0" {
  function remove(key: string): boolean;
  export { remove as delete };
  export function get(key: string): Uint8Array | undefined;
  export function set(key: string, value: Uint8Array): void;
  export function keys(prefix: string): string[];
}

declare module "goalpost:plugin/files@0.1.0" {
  export interface File {
    path: string;
    size: number;
  }
  export function folders(): string[];
  export function entries(
    folder: string,
    prefix: string,
    after: string | undefined,
    limit: number,
  ): { files: File[]; next?: string };
  export function read(folder: string, path: string, offset: number, max: number): Uint8Array;
}

declare module "goalpost:plugin/progress@0.1.0" {
  export function phase(title: string): void;
  export function budget(): { total?: number; spent: number; remaining?: number };
  export function setResult(text: string): void;
}

declare module "goalpost:plugin/agents@0.1.0" {
  import type { ToolCall, Usage } from "goalpost-plugin";
  export interface AgentRequest {
    label: string;
    prompt: string;
    agent?: string;
    model?: string;
    readOnly: boolean;
    maxTokens?: number;
    timeoutMs?: number;
  }
  export interface AgentOutput {
    text: string;
    exitCode?: number;
    toolCalls: ToolCall[];
    usage: Usage;
    durationMs: number;
  }
  export class AgentRun {
    private constructor();
    label(): string;
    wait(): AgentOutput;
    done(): boolean;
    cancel(): void;
  }
  export interface ReviewResult {
    outcome: "accepted" | "changes-requested" | "rejected";
    feedback: string;
    usage: Usage;
  }
  export function spawn(request: AgentRequest): AgentRun;
  export function waitAny(runs: AgentRun[]): number | undefined;
  export function review(request: { label: string; subject: string; criteria: string; agent?: string }): ReviewResult;
}
