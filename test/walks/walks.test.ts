import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { accountsOf, type Accounts } from '../support/accounts.js';
import { startCommand } from '../support/command-line.js';
import { forEachDatabase, type TestDatabase } from '../support/databases.js';
import { freePort } from '../support/postgres-process.js';
import { runWalk } from '../support/run-walk.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';
import { readWalk, type WalkStep } from '../support/walk-document.js';

const inClone = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Variables = Readonly<Record<string, string>>;

/** What the person of a document has been given before the first command. */
type Preparation = (accounts: Accounts, scimUrl: string) => Promise<Variables>;

/** Does something with the services behind a server, as the operator did before. */
async function withAccounts<Result>(url: string, work: (accounts: Accounts) => Promise<Result>): Promise<Result> {
  const directory = await openDirectory(readConfig({ DATABASE_URL: url }));
  try {
    return await work(accountsOf(directory.services));
  } finally {
    await directory.close();
  }
}

const forOktaAdmin: Preparation = async (accounts) => {
  const client = await accounts.createClient('ACME');
  await accounts.license(client, 'Insight');
  const okta = await accounts.createToken({ client, description: 'Okta' });
  const admin = await accounts.createToken({ client, access: 'admin', description: 'Isaac' });
  return { TOKEN: okta.token, ADMIN_TOKEN: admin.token };
};

const forUnitManager: Preparation = async (accounts, scimUrl) => {
  const client = await accounts.createClient('ACME');
  await accounts.createUnit(client, 'Support');
  await accounts.createUnit(client, 'Research');
  const support = await accounts.createToken({ client, units: ['Support'] });
  const research = await accounts.createToken({ client, units: ['Research'] });
  const answer = await fetch(`${scimUrl}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${research.token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'barbara@example.com' }),
  });
  expect(answer.status).to.equal(201);
  // A resource has an id.
  const { id } = (await answer.json()) as { readonly id: string };
  return { TOKEN: support.token, OTHER_ID: id };
};

const forClient: Preparation = async (accounts) => {
  const client = await accounts.createClient('ACME');
  return { TOKEN: (await accounts.createToken({ client })).token };
};

function readmeSteps(url: string): readonly WalkStep[] {
  const ours = readWalk(inClone('README.md')).filter(({ commands }) => !commands.startsWith('npm '));
  return ours.map((step) => ({ ...step, commands: step.commands.replaceAll('http://127.0.0.1:8080', url) }));
}

describe('Walks through the documents', function () {
  this.timeout(300_000);
  forEachDatabase((database) => {
    itWalks(database, 'docs/walks/operator.md', () => Promise.resolve({}));
    itWalks(database, 'docs/walks/okta-admin.md', forOktaAdmin);
    itWalks(database, 'docs/walks/unit-manager.md', forUnitManager);
    itWalks(database, 'docs/walks/hr-system.md', forClient);
    itWalks(database, 'README.md', forClient);
  });

  it('there is one for each page of docs/walks', () => {
    const source = readFileSync(fileURLToPath(import.meta.url), 'utf8');
    const pages = [...readFileSync(inClone('docs/walks/README.md'), 'utf8').matchAll(/\]\(([\w-]+\.md)\)/g)];
    expect(pages).to.have.length(4);
    for (const [, page] of pages) expect(source).to.contain(`'docs/walks/${page ?? ''}'`);
  });
});

function itWalks(database: TestDatabase, path: string, prepare: Preparation): void {
  it(`${path} does what it says, command by command`, async () => {
    const folder = await temporaryFolder();
    const url = await database.url();
    const musterUrl = `http://127.0.0.1:${await freePort()}`;
    const settings = { DATABASE_URL: url, LOG_LEVEL: 'silent' };
    const server = startCommand(['serve'], { cwd: folder, settings: { ...settings, PORT: new URL(musterUrl).port } });
    try {
      await server.prints('Data: ');
      const given = await withAccounts(url, (accounts) => prepare(accounts, `${musterUrl}/scim/v2`));
      const steps = path === 'README.md' ? readmeSteps(musterUrl) : readWalk(join(inClone('.'), path));
      expect(steps).not.to.have.length(0);
      await runWalk(path, steps, { cwd: folder, variables: { ...settings, ...given, MUSTER_URL: musterUrl } });
    } finally {
      server.child.kill('SIGTERM');
      await server.ended;
      await removeTemporaryFolder(folder);
    }
  });
}
