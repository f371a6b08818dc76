import { leafTypes } from './leaf-types.js';
import type { Habit } from './habit.js';

const keyword = /^(?:true|false|null)$/;
const number = /^-?[0-9]+(?:\.[0-9]+)?$/;

/** `userName eq jdoe@example.com` for `userName eq "jdoe@example.com"`. A staff number counts as text where the attribute does. */
export const unquotedValues: Habit = {
  comparison: (comparison) => {
    const { attribute, value } = comparison;
    if (value.startsWith('"') || keyword.test(value)) return comparison;
    if (number.test(value) && !leafTypes(attribute).has('string')) return comparison;
    return { ...comparison, value: JSON.stringify(value) };
  },
};
