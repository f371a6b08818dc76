import { invalidValue } from '../errors.js';
import {
  lockClientNames,
  storeClientShortName,
  urnsBeginning,
  type CollaborationPlace,
} from '../store/organisation/collaboration-store.js';
import type { TenantTables } from '../store/tenant/tenant-tables.js';

const longest = 40;
const shortNameForm = /^[a-z][a-z0-9_-]{0,39}$/;

/** A short name as it is kept: in lower case. Throws `invalidValue` for one that the grammar refuses, such as `12begin`. */
export function readShortName(text: string): string {
  const shortName = text.toLowerCase();
  if (!shortNameForm.test(shortName)) {
    throw invalidValue(
      `shortName: ${JSON.stringify(text.slice(0, longest))} is not a letter and then letters, digits, - and _, ${longest} in all`,
    );
  }
  return shortName;
}

/** A short name made of a name: `Team Süd 2` gives `team-sud-2`, and what begins with no letter gets one. */
function shortNameOf(name: string, letter: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-');
  const trimmed = plain.split('-').filter((word) => word !== '');
  const joined = trimmed.join('-');
  return (/^[a-z]/.test(joined) ? joined : [letter, ...trimmed].join('-')).slice(0, longest);
}

/** What a new collaboration, or a group of one, is called. */
export interface NamesForNew {
  readonly displayName: string;
  /** Undefined where the service is to choose one. */
  readonly shortName: string | undefined;
  readonly parent: { readonly id: string; readonly urn: string } | undefined;
}

/**
 * The place of a new collaboration or group of one: the short name that was given, or one made of the display name that
 * nobody has. Throws `invalidValue` for one that the grammar refuses; one that is taken is refused when it is stored.
 */
export async function placeFor(
  tables: TenantTables,
  { displayName, shortName, parent }: NamesForNew,
): Promise<CollaborationPlace> {
  const given = shortName === undefined ? undefined : readShortName(shortName);
  const head = parent?.urn ?? (await clientShortName(tables));
  const chosen =
    given ?? (await freeShortName(tables, head, shortNameOf(displayName, parent === undefined ? 'c' : 'g')));
  return { parent: parent?.id, shortName: chosen, urn: `${head}:${chosen}` };
}

async function clientShortName(tables: TenantTables): Promise<string> {
  const { name, shortName } = await lockClientNames(tables);
  if (shortName !== undefined) return shortName;
  const made = shortNameOf(name, 'c');
  await storeClientShortName(tables, made);
  return made;
}

/** The short name, or the first of `name-2`, `name-3`, … that is free below the head. */
async function freeShortName(tables: TenantTables, head: string, wanted: string): Promise<string> {
  const stem = wanted.slice(0, longest - 8);
  const taken = await urnsBeginning(tables, `${head}:${stem}`);
  if (!taken.has(`${head}:${wanted}`)) return wanted;
  for (let number = 2; ; number++) {
    const next = `${stem}-${number}`;
    if (!taken.has(`${head}:${next}`)) return next;
  }
}
