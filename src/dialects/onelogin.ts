import { enterpriseUserSchema } from '../schema/schema-documents.js';
import type { Habit } from './habit.js';

const draftCore = /^urn:scim:schemas:core:[12]\.0(?::(?:user|group))?$/i;
const draftEnterprise = /^urn:scim:schemas:extension:enterprise:[12]\.0(?::user)?$/i;

/** Schema URNs of the drafts before RFC 7643. */
export const draftSchemas: Habit = {
  schema: (type, urn) => {
    if (draftCore.test(urn)) return type.core.id;
    return draftEnterprise.test(urn) ? enterpriseUserSchema.id : urn;
  },
};

/** `userName eq "x"&`: an ampersand that was escaped together with the filter. */
export const trailingAmpersand: Habit = {
  filter: (text) => {
    let end = text.length;
    while (end > 0 && ' &'.includes(text.charAt(end - 1))) end -= 1;
    return text.slice(0, end);
  },
};
