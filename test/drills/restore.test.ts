import { expect } from 'chai';
import { restoreDrill } from '../../scripts/drills/restore/restore.js';
import { findSystemPostgres } from '../support/system-postgres.js';

const small = { seconds: 1, rate: 100, users: 100, kills: 2 };

async function requireNoViolation(options: Parameters<typeof restoreDrill>[0]): Promise<readonly string[]> {
  const { figures, violations } = await restoreDrill(options);
  expect(violations, figures.join('\n')).to.deep.equal([]);
  expect(figures.join('\n')).to.match(/: [1-9]\d* writes before it/);
  return figures;
}

describe('a backup while writes go on, restored elsewhere, has all that was acknowledged before it', function () {
  this.timeout(300_000);

  it('of SQLite, by muster backup and restore, and a killed backup leaves no file that is not whole', async () => {
    const figures = await requireNoViolation({ ...small, database: 'sqlite' });
    expect(figures.join('\n')).to.contain('backups killed: 2');
  });

  it('of PostgreSQL, by a copy of its files', async () => {
    await requireNoViolation({ ...small, database: 'postgres', tools: false });
  });

  it('of PostgreSQL, by pg_dump and by pg_basebackup, where they are installed', async function tools() {
    if ((await findSystemPostgres()) === undefined) this.skip();
    const figures = await requireNoViolation({ ...small, database: 'postgres', tools: true });
    expect(figures.join('\n')).to.contain('pg_dump: ').and.to.contain('pg_basebackup: ');
  });
});
