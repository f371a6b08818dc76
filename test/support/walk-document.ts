import { readFileSync } from 'node:fs';

/** A block of commands of a document, and what the document says comes out. */
export interface WalkStep {
  /** The line of the document on which the commands begin. */
  readonly line: number;
  readonly commands: string;
  /** Each occurs in a line that is printed; `…` stands for anything. Undefined where the document says nothing. */
  readonly expected: readonly string[] | undefined;
}

const fence = /^```(\w*)$/;

interface Block {
  readonly language: string;
  readonly line: number;
  readonly text: string;
}

function* blocksOf(lines: readonly string[]): Generator<Block> {
  let open: { readonly language: string; readonly from: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const [, language] = fence.exec(line) ?? [];
    if (language === undefined) continue;
    if (open === undefined) open = { language, from: index + 1 };
    else {
      yield { language: open.language, line: open.from + 1, text: lines.slice(open.from, index).join('\n') };
      open = undefined;
    }
  }
}

/** Reads the steps of a document: each `sh` block, with the `text` block that follows it before the next. */
export function readWalk(path: string): readonly WalkStep[] {
  const steps: WalkStep[] = [];
  for (const { language, line, text } of blocksOf(readFileSync(path, 'utf8').split('\n'))) {
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ line, commands: text, expected: undefined });
    if (language === 'text' && last !== undefined) steps.splice(-1, 1, { ...last, expected: text.split('\n') });
  }
  return steps;
}

function matches(printed: string, expected: string): boolean {
  const parts = expected.split('…');
  return printed.split('\n').some((line) => {
    let from = 0;
    return parts.every((part) => {
      const at = line.indexOf(part, from);
      from = at + part.length;
      return at !== -1;
    });
  });
}

// A SCIM Error (RFC 7644 §3.12), a problem (RFC 9457), a refusal at the command line.
const refusal = /urn:ietf:params:scim:api:messages:2\.0:Error|"title":"[^"]*","status":[45]|^muster: /m;

/** What a step printed that it should not have, or did not; undefined when it is as the document says. */
export function faultOf({ expected }: WalkStep, printed: string): string | undefined {
  if (expected === undefined) return refusal.test(printed) ? 'an error that the document does not speak of' : undefined;
  const missing = expected.filter((line) => !matches(printed, line));
  return missing.length === 0 ? undefined : `not printed: ${missing.join(' | ')}`;
}
