import { readFileSync } from 'node:fs';

/** A role of the catalogue that comes with the service; a deployment brings its own. */
export interface CatalogueRole {
  readonly name: string;
  readonly kind: 'feature' | 'admin';
  readonly display: string;
  readonly description?: string;
  /** Names of the roles whose rights it has too. */
  readonly contains?: readonly string[];
  /** Names of the entitlements that come with it. */
  readonly entitlements?: readonly string[];
}

/** An entitlement of the catalogue; a client has those of the roles that it has licensed. */
export interface CatalogueEntitlement {
  readonly name: string;
  readonly type: string;
  readonly display: string;
  readonly description?: string;
  /** Names of the entitlements whose rights it has too. */
  readonly contains?: readonly string[];
}

/** What the platform offers, before anybody has licensed any of it. */
export interface RoleCatalogue {
  readonly roles: readonly CatalogueRole[];
  readonly entitlements: readonly CatalogueEntitlement[];
}

/** The catalogue of `schemas/role-catalogue.json`. */
export const roleCatalogue = JSON.parse(
  // The file is ours and is checked by the tests, so the shape is known.
  readFileSync(new URL('../../schemas/role-catalogue.json', import.meta.url), 'utf8'),
) as RoleCatalogue;
