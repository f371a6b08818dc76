import { expect } from 'chai';
import { hashPassword, isPassword } from '../../src/directory/users/passwords.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';
import { callerOf, userBody } from '../support/scim.js';

const password = 'correct horse battery';

describe('credentials', () => {
  it('compares passwords prepared: composed letters, and spaces of every kind alike (RFC 7644 §5, §7.8)', async () => {
    const kept = await hashPassword('Ángela staple Ｘ');
    expect(await isPassword('A\u0301ngela\u00a0staple\u3000Ｘ', kept)).to.equal(true);
    // Letter case and width count (RFC 7613 §4.2).
    for (const other of ['ángela staple Ｘ', 'Ángela staple X', 'Ángela  staple Ｘ']) {
      expect(await isPassword(other, kept), other).to.equal(false);
    }
  });

  forEachDatabase((database) => {
    it('keeps of passwords and tokens the hashes alone (RFC 7643 §4.1.1, §9.2, RFC 7644 §7.7)', async () => {
      const url = await database.url();
      const muster = await database.startMuster({ url });
      const client = await muster.createClient('ACME');
      const { token } = await muster.createToken({ client });
      const call = callerOf(muster, token);
      await call.create('/Users', userBody('ann', { password }));
      const opened = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      try {
        const tables = await Promise.all(
          ['users', 'credentials', 'tokens', 'changes'].map((table) =>
            opened.reader.all(`/* behind the service */ select * from ${table}`, []),
          ),
        );
        const rows = JSON.stringify(tables, (_key, value: unknown) =>
          value instanceof Uint8Array ? [...value].join() : value,
        );
        expect(rows).to.contain('$argon2id$').and.not.to.contain(password);
        const secret = token.split('_').slice(2).join('_').slice(0, 43);
        expect(rows).not.to.contain(secret);
      } finally {
        await opened.close();
      }
    });

    it('holds in a token 256 bits that nobody can guess (RFC 7644 §7.4)', async () => {
      const muster = await database.startMuster();
      const client = await muster.createClient('ACME');
      const minted = await Promise.all(Array.from({ length: 10 }, () => muster.createToken({ client })));
      const secrets = minted.map(
        ({ token }) => /^muster_[0-9a-f]{16}_([A-Za-z0-9_-]{43})[0-9a-f]{6}$/.exec(token)?.[1],
      );
      expect(new Set(secrets)).to.have.lengthOf(10);
      for (const secret of secrets) expect(Buffer.from(String(secret), 'base64url')).to.have.lengthOf(32);
    });
  });
});
