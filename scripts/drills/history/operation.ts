/** What a resource holds, as far as a history looks at it. */
export interface Content {
  readonly values: Readonly<Record<string, string>>;
  readonly members: ReadonlySet<string>;
}

/** What an operation does to a resource. */
export type Change =
  | { readonly kind: 'create' | 'replace'; readonly values: Content['values']; readonly members: readonly string[] }
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'add' | 'remove'; readonly member: string }
  | { readonly kind: 'delete' };

/** What was answered. */
export type Reading =
  /** The version, and what the resource holds where that was shown. */
  | { readonly kind: 'seen'; readonly version: number; readonly content: Content | undefined }
  /** Done, without a version: a DELETE. */
  | { readonly kind: 'done' }
  /** 404. */
  | { readonly kind: 'absent' }
  /** 409 to a POST. */
  | { readonly kind: 'taken' }
  /** 412. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'other'; readonly status: number };

/** One request of a client about one resource, and its answer. */
export interface Operation {
  readonly client: number;
  readonly startMs: number;
  readonly endMs: number;
  /** The resource that the path names; undefined for a POST. */
  readonly id: string | undefined;
  /** Undefined for a GET. */
  readonly change: Change | undefined;
  readonly ifMatch: number | undefined;
  readonly reading: Reading;
  readonly requestId: string | undefined;
}

/** What becomes of a content; undefined for what is not there. */
export function changed(content: Content | undefined, change: Change): Content | undefined {
  switch (change.kind) {
    case 'create':
    case 'replace':
      return { values: change.values, members: new Set(change.members) };
    case 'delete':
      return undefined;
    case 'set':
      return content && { ...content, values: { ...content.values, [change.name]: change.value } };
    case 'add':
      return content && { ...content, members: new Set([...content.members, change.member]) };
    case 'remove':
      return content && { ...content, members: new Set([...content.members].filter((id) => id !== change.member)) };
  }
}

/** Whether two contents look the same to a client. */
export function isSameContent(a: Content | undefined, b: Content | undefined): boolean {
  return textOf(a) === textOf(b);
}

/** A content in a form that can be compared and shown. */
export function textOf(content: Content | undefined): string {
  if (content === undefined) return 'nothing';
  const sorted = Object.entries(content.values).toSorted(([x], [y]) => (x < y ? -1 : 1));
  return JSON.stringify([Object.fromEntries(sorted), [...content.members].toSorted()]);
}
