/** A value that both databases take as it is; booleans are stored as 0 and 1. */
export type Value = string | number | null;

/** What takes the place of a `?`: a value, or the list that a condition holds a column against. */
export type Binding = Value | readonly string[];

/** A statement, or a part of one, with `?` placeholders in the order of its bindings. */
export interface Sql {
  readonly text: string;
  readonly bindings: readonly Binding[];
}
