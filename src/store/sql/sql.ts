/** A value that both databases take as it is; booleans are stored as 0 and 1. */
export type Binding = string | number | null;

/** A statement, or a part of one, with `?` placeholders in the order of its bindings. */
export interface Sql {
  readonly text: string;
  readonly bindings: readonly Binding[];
}
