import { expect } from 'chai';
import type { AttributeDocument } from '../../src/schema/attribute.js';
import { startWithSchemas, type ChildMuster } from '../support/child-muster.js';
import { forEachDatabase } from '../support/databases.js';
import {
  callerOf,
  enterpriseUrn,
  filtered,
  groupBody,
  patchBody,
  userBody,
  userUrn,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

const plain = {
  multiValued: false,
  description: 'An attribute of this test',
  required: false,
  mutability: 'readWrite',
  returned: 'default',
} as const;
const text = { ...plain, type: 'string', caseExact: false, uniqueness: 'none' } as const;

/** One attribute for each characteristic of RFC 7643 §7. */
const added: readonly AttributeDocument[] = [
  { ...plain, name: 'shoeSize', type: 'integer' },
  { ...text, name: 'badge', uniqueness: 'server' },
  { ...text, name: 'payrollCode', caseExact: true, index: true },
  { ...text, name: 'birthName', mutability: 'immutable' },
  { ...text, name: 'serialNumber', mutability: 'readOnly' },
  { ...text, name: 'remark', returned: 'request' },
  {
    ...plain,
    name: 'car',
    type: 'complex',
    subAttributes: [
      { ...text, name: 'maker' },
      { ...text, name: 'plate', returned: 'request' },
    ],
  },
  { ...text, name: 'pin', mutability: 'writeOnly', returned: 'never' },
  {
    ...plain,
    name: 'pets',
    type: 'complex',
    multiValued: true,
    subAttributes: [
      { ...text, name: 'value', required: true, index: true },
      { ...text, name: 'type', canonicalValues: ['cat', 'dog'] },
      { ...plain, name: 'primary', type: 'boolean' },
    ],
  },
];
const required: AttributeDocument = { ...text, name: 'costUnit', required: true };

const withAttributes =
  (...attributes: readonly AttributeDocument[]) =>
  <Schema extends { readonly attributes: readonly AttributeDocument[] }>(schema: Schema): Schema => ({
    ...schema,
    attributes: [...schema.attributes, ...attributes],
  });

describe('an attribute that is added to a schema document, and nowhere else', () => {
  forEachDatabase((database) => {
    let child: ChildMuster;
    let call: Caller;
    let ann: ScimBody;
    let bob: ScimBody;

    before(async function () {
      this.timeout(60_000);
      const url = await database.url();
      // Clients and tokens have nothing to do with the schemas, so they come from a server with the ones of the project.
      const muster = await database.startMuster({ url });
      const client = await muster.createClient('ACME');
      const { token } = await muster.createToken({ client, dialect: 'strict' });
      child = await startWithSchemas(url, {
        user: withAttributes(...added),
        group: withAttributes(required),
        'enterprise-user': withAttributes({ ...plain, name: 'hiredOn', type: 'dateTime' }),
      });
      const here = callerOf(muster, token);
      const there = (path: string) => (path.startsWith('/') ? child.baseUrl + path : path);
      call = Object.assign((...[method, path, ...rest]: Parameters<Caller>) => here(method, there(path), ...rest), {
        create: (path: string, body: object) => here.create(there(path), body),
        read: (path: string) => here.read(there(path)),
      });
      ann = await call.create(
        '/Users',
        userBody('ann', {
          shoeSize: 39,
          BADGE: 'Ä-1',
          payrollCode: 'x1',
          birthName: 'Smith',
          serialNumber: '4711',
          remark: 'likes tea',
          pin: '0000',
          pets: [
            { value: 'Tom', type: 'CAT', primary: true },
            { value: 'Rex', type: 'dog' },
          ],
        }),
      );
      bob = await call.create('/Users', {
        schemas: [userUrn, enterpriseUrn],
        userName: 'bob',
        shoeSize: 44,
        payrollCode: 'X1',
        [enterpriseUrn]: { hiredOn: '2020-02-29T12:00:00+01:00' },
      });
    });
    after(() => child.stop());

    const found = async (filter: string) =>
      (await call.read(filtered('/Users', filter))).Resources.map((each) => each['userName']);
    const refused = async (...request: Parameters<Caller>) => {
      const { status, body } = await call(...request);
      return [status, body.scimType];
    };

    it('is stored and shown under its canonical name, as its characteristics say (RFC 7643 §7)', async () => {
      const shown = await call.read(`/Users/${ann.id}`);
      expect({ ...shown, remark: 'likes tea' }).to.deep.equal(ann);
      expect(shown).to.deep.include({ shoeSize: 39, badge: 'Ä-1', payrollCode: 'x1', birthName: 'Smith' });
      expect(shown['pets']).to.deep.equal([
        { value: 'Tom', type: 'cat', primary: true },
        { value: 'Rex', type: 'dog' },
      ]);
      expect(shown).not.to.have.any.keys('serialNumber', 'remark', 'pin');
      expect((await call.read(`/Users/${bob.id}`))[enterpriseUrn]).to.deep.equal({
        hiredOn: '2020-02-29T11:00:00.000Z',
      });
    });

    it('is validated by its type, its cardinality and whether it is required (RFC 7643 §2.2, §2.3)', async () => {
      for (const wrong of [
        { shoeSize: 'large' },
        { shoeSize: 38.5 },
        { badge: 7 },
        { badge: ['a', 'b'] },
        { pets: [{ type: 'cat' }] },
        {
          pets: [
            { value: 'a', primary: true },
            { value: 'b', primary: true },
          ],
        },
        { [enterpriseUrn]: { hiredOn: 'yesterday' }, schemas: [userUrn, enterpriseUrn] },
      ]) {
        expect(await refused('POST', '/Users', userBody('eve', wrong)), JSON.stringify(wrong)).to.deep.equal([
          400,
          'invalidValue',
        ]);
      }
      expect(await refused('POST', '/Users', userBody('eve', { shoeColour: 'red' }))).to.deep.equal([
        400,
        'invalidSyntax',
      ]);
      expect(await refused('POST', '/Groups', groupBody('Guides'))).to.deep.equal([400, 'invalidValue']);
      expect((await call.create('/Groups', groupBody('Guides', { costUnit: '7' })))['costUnit']).to.equal('7');
    });

    it('is unique where its uniqueness is "server", in any letter case (RFC 7643 §2.2)', async () => {
      expect(await refused('POST', '/Users', userBody('eve', { badge: 'ä-1' }))).to.deep.equal([409, 'uniqueness']);
      expect(await refused('PUT', `/Users/${bob.id}`, userBody('bob', { badge: 'Ä-1' }))).to.deep.equal([
        409,
        'uniqueness',
      ]);
      const patch = patchBody({ op: 'add', path: 'badge', value: 'ä-1' });
      expect(await refused('PATCH', `/Users/${bob.id}`, patch)).to.deep.equal([409, 'uniqueness']);
    });

    const filters: readonly (readonly [filter: string, people: readonly string[]])[] = [
      ['shoeSize gt 40', ['bob']],
      ['shoesize le 44', ['ann', 'bob']],
      ['badge eq "ä-1"', ['ann']],
      ['payrollCode eq "X1"', ['bob']],
      ['payrollCode sw "x"', ['ann']],
      ['birthName pr', ['ann']],
      ['remark co "TEA"', ['ann']],
      ['pets[type eq "cat" and value sw "t"]', ['ann']],
      ['pets[type eq "cat" and value eq "Rex"]', []],
      ['pets.value eq "rex" or shoeSize eq 44', ['ann', 'bob']],
      [`${userUrn}:shoeSize eq 39`, ['ann']],
      [`${enterpriseUrn}:hiredOn lt "2020-02-29T11:00:01Z"`, ['bob']],
    ];
    for (const [filter, people] of filters) {
      it(`is found by a filter: ${filter} (RFC 7644 §3.4.2.2)`, async () => {
        expect(await found(filter)).to.have.members([...people]);
      });
    }

    it('cannot be filtered by what does not fit its type, or what is never returned (RFC 7644 §3.4.2.2)', async () => {
      for (const filter of ['shoeSize co "3"', 'shoeSize eq "39"', 'pin sw "0"', 'shoeColour pr']) {
        expect(await refused('GET', filtered('/Users', filter)), filter).to.deep.equal([400, 'invalidFilter']);
      }
    });

    it('sorts resources (RFC 7644 §3.4.2.3)', async () => {
      const order = async (query: string) =>
        (await call.read(`/Users?${query}`)).Resources.map((each) => each['userName']);
      expect(await order('sortBy=shoeSize&sortOrder=descending')).to.deep.equal(['bob', 'ann']);
      expect(await order('sortBy=payrollCode')).to.deep.equal(['bob', 'ann']);
      expect(await order('sortBy=pets')).to.deep.equal(['ann', 'bob']);
      expect(await order(`sortBy=${enterpriseUrn}:hiredOn`)).to.deep.equal(['bob', 'ann']);
    });

    it('is projected, by request alone where it is returned on request (RFC 7644 §3.9)', async () => {
      const shown = (query: string) => call.read(`/Users/${ann.id}?${query}`);
      expect(await shown('attributes=shoeSize,pets.type,remark,pin')).to.deep.equal({
        schemas: ann.schemas,
        id: ann.id,
        shoeSize: 39,
        remark: 'likes tea',
        pets: [{ type: 'cat' }, { type: 'dog' }],
      });
      expect(await shown('excludedAttributes=SHOESIZE,pets.primary')).not.to.have.any.keys('shoeSize', 'remark');
    });

    it('is shown in the answer to the write that sets it where it is returned on request (RFC 7643 §7)', async () => {
      const car = { maker: 'Adler', plate: 'B-1' };
      const made = await call.create('/Users', userBody('gil', { remark: 'tall', car }));
      expect(made).to.deep.include({ remark: 'tall', car });
      const path = `/Users/${made.id}`;
      const hidden = async () => {
        const shown = await call.read(path);
        expect(shown)
          .to.deep.include({ car: { maker: 'Adler' } })
          .and.not.to.have.any.keys('remark');
      };
      await hidden();
      const put = await call('PUT', path, userBody('gil', { remark: 'small', car: { maker: 'Adler', plate: 'B-2' } }));
      expect(put.body).to.deep.include({ remark: 'small', car: { maker: 'Adler', plate: 'B-2' } });
      const other = patchBody({ op: 'add', path: 'title', value: 'Dr' });
      expect((await call('PATCH', path, other)).body).not.to.have.any.keys('remark');
      const maker = await call('PATCH', path, patchBody({ op: 'replace', path: 'car.maker', value: 'Adler' }));
      expect(maker.body['car']).to.deep.equal({ maker: 'Adler' });
      const own = patchBody(
        { op: 'replace', path: 'REMARK', value: 'tall' },
        { op: 'replace', path: 'car.plate', value: 'B-3' },
      );
      const patched = await call('PATCH', path, own);
      expect(patched.body).to.deep.include({ remark: 'tall', car: { maker: 'Adler', plate: 'B-3' } });
      const chosen = await call('PATCH', `${path}?attributes=title`, own);
      expect(chosen.body).to.have.all.keys('schemas', 'id', 'title');
      const excluded = await call('PATCH', `${path}?excludedAttributes=remark`, own);
      expect(excluded.body)
        .to.deep.include({ car: { maker: 'Adler', plate: 'B-3' } })
        .and.not.to.have.any.keys('remark');
      await hidden();
      expect((await call('DELETE', path)).status).to.equal(204);
    });

    it('is changed by PATCH (RFC 7644 §3.5.2)', async () => {
      const { id } = await call.create(
        '/Users',
        userBody('cleo', { shoeSize: 36, pets: [{ value: 'Tom', type: 'cat' }] }),
      );
      const { status, body } = await call(
        'PATCH',
        `/Users/${id}`,
        patchBody(
          { op: 'replace', path: 'shoesize', value: 37 },
          { op: 'replace', path: 'pets[type eq "cat"].value', value: 'Tim' },
          { op: 'add', path: 'pets', value: [{ value: 'Rex', primary: true }] },
          { op: 'add', path: `${enterpriseUrn}:hiredOn`, value: '2021-01-01T00:00:00Z' },
        ),
      );
      expect(status).to.equal(200);
      expect(body).to.deep.include({
        shoeSize: 37,
        pets: [
          { value: 'Tim', type: 'cat' },
          { value: 'Rex', primary: true },
        ],
        [enterpriseUrn]: { hiredOn: '2021-01-01T00:00:00.000Z' },
      });
      expect(await found('pets.value eq "tim"')).to.deep.equal(['cleo']);
      expect((await call('DELETE', `/Users/${id}`)).status).to.equal(204);
      for (const value of ['large', [1]]) {
        const patch = patchBody({ op: 'replace', path: 'shoeSize', value });
        expect(await refused('PATCH', `/Users/${bob.id}`, patch)).to.deep.equal([400, 'invalidValue']);
      }
      const patch = patchBody({ op: 'replace', path: 'serialNumber', value: '1' });
      expect(await refused('PATCH', `/Users/${bob.id}`, patch)).to.deep.equal([400, 'mutability']);
    });

    it('keeps its first value where it is immutable: PUT and PATCH with another are refused, and one without it leaves it (RFC 7644 §3.5.1, §3.5.2)', async () => {
      const path = `/Users/${(await call.create('/Users', userBody('dora', { birthName: 'Jones' }))).id}`;
      expect(await refused('PUT', path, userBody('dora', { birthName: 'Smith' }))).to.deep.equal([400, 'mutability']);
      for (const op of ['add', 'replace', 'remove']) {
        const operation = op === 'remove' ? { op, path: 'birthName' } : { op, path: 'birthName', value: 'Smith' };
        expect(await refused('PATCH', path, patchBody(operation)), op).to.deep.equal([400, 'mutability']);
      }
      for (const body of [{ birthName: 'Jones', title: 'Guide' }, { title: 'Actor' }]) {
        expect((await call('PUT', path, userBody('dora', body))).body).to.include({ ...body, birthName: 'Jones' });
      }
      // Where there is none yet, the first is taken.
      const first = `/Users/${(await call.create('/Users', userBody('finn'))).id}`;
      expect((await call('PUT', first, userBody('finn', { birthName: 'Smith' }))).body['birthName']).to.equal('Smith');
      for (const each of [path, first]) expect((await call('DELETE', each)).status).to.equal(204);
    });

    it('stands in /Schemas with its characteristics (RFC 7643 §7)', async () => {
      const { attributes } = await call.read(`/Schemas/${userUrn}`);
      const withoutIndex = JSON.parse(
        JSON.stringify(added, (key, value: unknown) => (key === 'index' ? undefined : value)),
      ) as object[];
      expect(attributes).to.deep.include.members(withoutIndex);
    });
  });
});
