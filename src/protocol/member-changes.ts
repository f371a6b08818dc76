import { invalidValue } from '../errors.js';
import type { MemberChange } from './patch-plan.js';
import type { ValueFilter } from './resolved-filter.js';

// Each look is at every member of the group.
const maxLooks = 10;
// What is tried on every member: as much as one filter may have.
const maxTests = 200;

/**
 * Makes one change of those of one kind that follow each other: of several additions, or removals, the order does not matter.
 * Throws `invalidValue` where they would look through all members too often.
 */
export function joinMemberChanges(changes: readonly MemberChange[]): readonly MemberChange[] {
  const runs: MemberChange[][] = [];
  for (const change of changes) {
    const run = runs.at(-1);
    if (run?.[0]?.kind === change.kind) run.push(change);
    else runs.push([change]);
  }
  const joined = runs.flatMap(joinRun);
  requireFewLooks(joined);
  return joined;
}

/** What the changes of a run, which are of one kind, come to. */
function joinRun(run: readonly MemberChange[]): readonly MemberChange[] {
  const [first] = run;
  if (first === undefined || run.length === 1) return run;
  switch (first.kind) {
    case 'addMembers':
    case 'removeMembers': {
      const ids = run.flatMap((change) => ('ids' in change ? change.ids : []));
      return [{ kind: first.kind, ids: [...new Set(ids)] }];
    }
    case 'removeMembersMatching': {
      const operands = run.flatMap((change) => ('filter' in change ? [change.filter] : []));
      return [{ kind: first.kind, filter: { kind: 'or', operands } }];
    }
    case 'removeAllMembers':
      return [first];
    case 'replaceMembers':
      return run;
  }
}

function requireFewLooks(changes: readonly MemberChange[]): void {
  const looks = changes.filter((change) => change.kind === 'removeMembersMatching');
  const tests = looks.reduce((sum, { filter }) => sum + countTests(filter), 0);
  if (looks.length <= maxLooks && tests <= maxTests) return;
  throw invalidValue('the operations look through all members of the group too often; name members by their value');
}

function countTests(filter: ValueFilter): number {
  if (filter.kind === 'not') return countTests(filter.operand);
  if (filter.kind === 'value') return 1;
  return filter.operands.reduce((sum, operand) => sum + countTests(operand), 0);
}
