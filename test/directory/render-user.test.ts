import { expect } from 'chai';
import fc from 'fast-check';
import { Licences } from '../../src/directory/roles/licences.js';
import { judgeUsers, userRenderer } from '../../src/directory/users/render-user.js';
import { viewUser } from '../../src/directory/resource-view.js';
import { project, readProjection } from '../../src/protocol/projection.js';
import type { ResourceDocument } from '../../src/schema/document.js';
import { userType } from '../../src/schema/resource-type.js';
import { enterpriseUserSchema, musterUserSchema } from '../../src/schema/schema-documents.js';
import { storedOf, type ShownResource } from '../../src/store/resources/shown-resource.js';
import { personId, staffGroupId } from '../support/staff.js';

/** Texts that look like parts of JSON, or like what a rendering looks for. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '"roles":[',
    `{"${musterUserSchema.id}":{`,
    `\\"${enterpriseUserSchema.id}\\":{"a":1}`,
    '","password":"x',
    '\\',
    '}',
    '\u2028',
  ),
);

const documents: fc.Arbitrary<ResourceDocument> = fc.record(
  {
    userName: text,
    externalId: text,
    active: fc.boolean(),
    name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
    emails: fc.array(fc.record({ value: text, type: text, primary: fc.boolean() }, { requiredKeys: ['value'] })),
    roles: fc.array(fc.record({ value: fc.constantFrom('Reader', 'Writer', 'Sleeper') })),
    [enterpriseUserSchema.id]: fc.record({ department: text, employeeNumber: text }, { requiredKeys: [] }),
    [musterUserSchema.id]: fc.record({ openId: text }, { requiredKeys: [] }),
  },
  { requiredKeys: ['userName'] },
);

const groups = fc.array(
  fc.record({ value: fc.integer({ min: 0, max: 9 }).map(staffGroupId), display: text, direct: fc.boolean() }),
  { maxLength: 3 },
);

const users: fc.Arbitrary<ShownResource> = fc.record({
  id: fc.integer({ min: 0, max: 99 }).map(personId),
  version: fc.integer({ min: 1, max: 9_999 }),
  text: documents.map((document) => JSON.stringify(document)),
  unitSet: fc.constant(''),
  createdAt: fc.constant('2026-01-01T00:00:00.000Z'),
  lastModified: fc.constant('2026-01-02T00:00:00.000Z'),
  standing: fc.constantFrom('ACTIVE', 'LOCKED', 'PENDING'),
  units: fc.array(text, { maxLength: 2 }),
  groups,
});

const times = { createdAt: '2026-01-01T00:00:00.000Z', lastModified: '2026-01-01T00:00:00.000Z' };
const reader = {
  id: 'reader',
  name: 'Reader',
  kind: 'feature',
  builtIn: false,
  display: 'Reads',
  description: undefined,
  contains: [],
  includes: [],
  active: true,
  seats: undefined,
  ...times,
} as const;
const licences = new Licences([reader, { ...reader, id: 'writer', name: 'Writer', active: false }]);
const rendering = { clientId: '019b76da-a800-7000-8000-000000000000', scimUrl: 'https://x.example/scim/v2', licences };

const projections = [
  {},
  { attributes: 'userName,groups' },
  { excludedAttributes: 'emails' },
  { attributes: musterUserSchema.id },
].map((query) => readProjection(userType, query));

describe('a rendered user', () => {
  it('says what the view of it says, whatever its values look like (RFC 7643 §3)', () => {
    fc.assert(
      fc.property(users, fc.constantFrom(...projections), (user, projection) => {
        const view = viewUser(storedOf(user), user.groups, { ...rendering, units: user.units });
        const [text = ''] = judgeUsers([user], projection).map(userRenderer(projection, rendering));
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(project(projection, view))));
      }),
      { seed: 7643, numRuns: 2_000 },
    );
  });

  it('holds the stored document as it is where nothing of it needs to be judged', () => {
    const text = '{"userName":"ada",  "title":"\\u0041"}';
    const [projection] = projections;
    if (projection === undefined) throw new Error('no projection');
    const user = { id: personId(1), version: 3, text, unitSet: '', units: [], groups: [], ...times };
    const [rendered] = judgeUsers([user], projection).map(userRenderer(projection, rendering));
    expect(rendered).to.contain(text.slice(1, -1));
  });
});
