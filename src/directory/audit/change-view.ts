import type { LoggedChange } from '../../store/trail/audit-store.js';
import type { ChangeDetail } from '../../store/trail/change-log.js';

/** An entry of the change log as it is shown. */
export interface ChangeView {
  readonly id: string;
  readonly at: string;
  readonly actor: {
    readonly kind: LoggedChange['actor']['kind'];
    /** The token's id, or the name of the account or part that acts. */
    readonly id: string;
    /** What the token is for; null where nobody said, or for what is no token of this client. */
    readonly description: string | null;
  };
  readonly requestId: string;
  readonly action: LoggedChange['action'];
  readonly targetType: LoggedChange['resourceType'];
  readonly targetId: string;
  readonly version: number | null;
  readonly attributes: readonly string[];
  /** By attribute; empty where there were no values, or they were erased. Never a secret. */
  readonly changes: ChangeDetail;
  readonly members: LoggedChange['members'];
}

/** What decides how much of an entry is shown. */
export interface ChangeViewing {
  readonly descriptions: ReadonlyMap<string, string>;
  readonly isShown: (memberId: string) => boolean;
  /** Whoever is limited to units is told the name of no other, nor of objects of another. */
  readonly tellsUnits: boolean;
}

/** An entry as it is shown. */
export function viewChange(change: LoggedChange, { descriptions, isShown, tellsUnits }: ChangeViewing): ChangeView {
  const { actor, members, detail = {} } = change;
  return {
    id: String(change.position),
    at: change.at,
    actor: { kind: actor.kind, id: actor.id, description: descriptions.get(actor.id) ?? null },
    requestId: actor.requestId,
    action: change.action,
    targetType: change.resourceType,
    targetId: change.resourceId,
    version: change.version ?? null,
    attributes: change.attributes,
    changes: tellsUnits ? detail : detailWithin(detail, isShown),
    members: { added: members.added.filter(isShown), removed: members.removed.filter(isShown) },
  };
}

/** What whoever is limited to units is told of the values: nothing of other units, nor of members whom they do not reach. */
function detailWithin(detail: ChangeDetail, isShown: ChangeViewing['isShown']): ChangeDetail {
  const { units: _units, permissions: _permissions, ...rest } = detail;
  const told = Object.entries(rest).filter(([path]) => {
    const member = memberIn(path);
    return member === undefined || isShown(member);
  });
  return Object.fromEntries(told);
}

/** The id of the member whom a path such as `members[<id>]` is about. */
export function memberIn(path: string): string | undefined {
  return /^members\[(.+)\]$/.exec(path)?.[1];
}
