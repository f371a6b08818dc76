import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, enterpriseUrn, filtered, userBody, type Caller } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

interface Result {
  readonly line?: number;
  readonly key: string;
  readonly outcome: string;
  readonly id?: string;
  readonly detail?: string;
}

describe('muster import and export', function () {
  this.timeout(60_000);

  forEachDatabase((database) => {
    let folder: string;
    let url: string;
    let muster: Muster;
    before(async () => {
      folder = await temporaryFolder();
      url = await database.url();
      muster = await database.startMuster({ url });
    });
    after(() => removeTemporaryFolder(folder));

    async function world() {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      const run = (...args: readonly string[]) =>
        runCommand([...args, '--client', client], { cwd: folder, settings: { DATABASE_URL: url } });
      const file = async (...lines: readonly string[]) => {
        const path = join(folder, `${randomUUID()}.csv`);
        await writeFile(path, `${lines.join('\r\n')}\r\n`);
        return path;
      };
      return {
        client,
        call,
        run,
        file,
        results: async (path: string, ...options: readonly string[]) => {
          const { stdout, code } = await run('import', path, '--json', ...options);
          const lines = stdout.split('\n').filter((line) => line !== '');
          // The command prints what it says it prints, or the assertions on it fail.
          return { code, results: lines.map((line) => JSON.parse(line) as Result) };
        },
      };
    }

    const outcomes = (results: readonly Result[]) => results.map((result) => result.outcome);
    const find = async (call: Caller, userName: string) =>
      (await call.read(filtered('/Users', `userName eq "${userName}"`))).Resources[0];

    it('creates people, changes those who are there, and changes nothing when it is repeated', async () => {
      const { call, file, results } = await world();
      await call.create('/Users', userBody('ada', { title: 'Analyst' }));
      const path = await file(
        'userName,givenName,familyName,email,department,title,active',
        'ADA,Ada,Lovelace,ada@acme.example,Engines,,true',
        'grace,Grace,"Hopper, Rear Admiral",grace@acme.example,Compilers,Admiral,yes',
      );
      const first = await results(path);
      expect([first.code, outcomes(first.results)]).to.deep.equal([0, ['updated', 'created']]);
      expect(first.results.map((result) => result.line)).to.deep.equal([2, 3]);
      const grace = await find(call, 'grace');
      expect(grace).to.deep.include({
        name: { givenName: 'Grace', familyName: 'Hopper, Rear Admiral' },
        emails: [{ type: 'work', value: 'grace@acme.example' }],
        title: 'Admiral',
        active: true,
        [enterpriseUrn]: { department: 'Compilers' },
      });
      expect(await find(call, 'ada')).not.to.have.property('title');
      const again = await results(path);
      expect(outcomes(again.results)).to.deep.equal(['unchanged', 'unchanged']);
      expect((await find(call, 'grace'))?.meta).to.deep.equal(grace?.meta);
    });

    it('finds people by the employee number, whose userName may have changed', async () => {
      const { call, file, results } = await world();
      const person = await call.create('/Users', userBody('ada', { [enterpriseUrn]: { employeeNumber: 'E-1' } }));
      const path = await file('employeeNumber,userName', 'e-1,ada.lovelace');
      const { results: rows } = await results(path, '--match', 'employeeNumber');
      expect(rows).to.have.length(1);
      expect(rows[0]).to.include({ outcome: 'updated', id: person.id });
      expect((await call.read(`/Users/${person.id}`))['userName']).to.equal('ada.lovelace');
    });

    it('says of each wrong row what is wrong, and does the others', async () => {
      const { call, file, results } = await world();
      const path = await file(
        'userName,active,units',
        'ada,perhaps,',
        ',true,',
        'bob,true,Nowhere',
        'eve,true,',
        'EVE,true,',
      );
      const { code, results: rows } = await results(path);
      expect(code).to.equal(1);
      expect(outcomes(rows)).to.deep.equal(['failed', 'failed', 'failed', 'created', 'failed']);
      expect(rows.map((row) => row.detail ?? '')).to.satisfy((details: readonly string[]) =>
        [/perhaps/, /userName/, /Nowhere/, /^$/, /more than once/].every((pattern, index) =>
          pattern.test(details[index] ?? ''),
        ),
      );
      expect((await call.read('/Users')).totalResults).to.equal(1);
    });

    it('reads what spreadsheets write: a mark of UTF-8 or UTF-16, other delimiters, quotes and line ends', async () => {
      const { call, results } = await world();
      const write = async (bytes: Buffer) => {
        const path = join(folder, `${randomUUID()}.csv`);
        await writeFile(path, bytes);
        return path;
      };
      const files = {
        'utf-8 with a mark': Buffer.from('\uFEFFuserName,displayName\r\nada,"Ada ""Countess"", Müller"\r\n'),
        'utf-16 with a mark': Buffer.from('\uFEFFuserName\tdisplayName\r\nbob\tBob Straße\r\n', 'utf16le'),
        semicolons: Buffer.from('userName;displayName;units\neve;"Eve; also";\n'),
        'old line ends': Buffer.from('userName,displayName\rkim,Kim\r'),
        'lines in cells': Buffer.from('userName,displayName\nmia,"Mia\n"\nzoe,Zoë'),
      };
      for (const [name, bytes] of Object.entries(files)) {
        const { code, results: rows } = await results(await write(bytes));
        expect([code, new Set(outcomes(rows))], name).to.deep.equal([0, new Set(['created'])]);
      }
      const shown = (await call.read('/Users')).Resources.map(({ displayName }) => displayName);
      expect(shown).to.have.members(['Ada "Countess", Müller', 'Bob Straße', 'Eve; also', 'Kim', 'Mia', 'Zoë']);
      const parted = await write(Buffer.from('userName|title\nlee|a,b;c\n'));
      expect(outcomes((await results(parted, '--delimiter', '|')).results)).to.deep.equal(['created']);
      expect(await find(call, 'lee')).to.include({ title: 'a,b;c' });
    });

    it('refuses bytes that are no text, before anything is written', async () => {
      const { call, run } = await world();
      const path = join(folder, `${randomUUID()}.csv`);
      await writeFile(path, Buffer.from('userName,displayName\nada,Ada\nbob,M\xfcller\n', 'latin1'));
      const refused = await run('import', path);
      expect([refused.code, refused.stdout]).to.deep.equal([1, '']);
      expect(refused.stderr).to.contain('line 3 is not UTF-8');
      await writeFile(path, '');
      expect((await run('import', path)).stderr).to.contain('the file is empty');
      expect((await call.read('/Users')).totalResults).to.equal(0);
    });

    it('says nothing of what a row does not reach, and refuses a row with more cells than the header', async () => {
      const { call, file, results } = await world();
      await call.create('/Users', userBody('ada', { title: 'Analyst', displayName: 'Ada' }));
      const { code, results: rows } = await results(
        await file('userName,displayName,title', 'ada,Countess', 'bob,Bob,x,y'),
      );
      expect([code, outcomes(rows)]).to.deep.equal([1, ['updated', 'failed']]);
      expect(rows[1]?.detail).to.contain('4 cells');
      expect(await find(call, 'ada')).to.include({ title: 'Analyst', displayName: 'Countess' });
    });

    it('takes nobody twice, wherever in the file', async () => {
      const { call, file, results } = await world();
      const others = Array.from({ length: 200 }, (_, index) => `person${index},`);
      const path = await file('userName,title', 'ada,first', ...others, 'ADA,last');
      const { results: rows } = await results(path);
      expect(rows.at(-1)).to.include({
        line: 203,
        outcome: 'failed',
        detail: 'the file names this person more than once',
      });
      expect(await find(call, 'ada')).to.include({ title: 'first' });
      expect(new Set(outcomes((await results(path)).results.slice(0, -1)))).to.deep.equal(new Set(['unchanged']));
    });

    it('does not take anybody for missing where the file names nobody, or rows do, unless it is confirmed', async () => {
      const { call, file, run, results } = await world();
      await call.create('/Users', userBody('ada'));
      const files = [await file('userName,title'), await file('userName,title', 'ada,', ',Analyst')];
      for (const path of files) {
        const refused = await run('import', path, '--deactivate-missing');
        expect([refused.code, refused.stdout]).to.deep.equal([1, '']);
        expect(refused.stderr).to.match(/nobody, so it is not clear who is missing/);
      }
      expect(await find(call, 'ada')).to.include({ active: true });
      const confirmed = await results(files[0] ?? '', '--deactivate-missing', '--confirm');
      expect(outcomes(confirmed.results)).to.deep.equal(['deactivated']);
    });

    it('two at once do the same as one after the other, and a third changes nothing', async () => {
      const { call, file, results } = await world();
      const path = await file('userName,title', ...Array.from({ length: 150 }, (_, index) => `person${index},Analyst`));
      const [first, second] = await Promise.all([results(path), results(path)]);
      expect([first.code, second.code]).to.deep.equal([0, 0]);
      expect((await call.read('/Users?count=0')).totalResults).to.equal(150);
      const created = [...first.results, ...second.results].filter(({ outcome }) => outcome === 'created');
      expect(created).to.have.length(150);
      expect(new Set(outcomes((await results(path)).results))).to.deep.equal(new Set(['unchanged']));
    });

    it('refuses a column that is no attribute, and a file that is no CSV, with 1', async () => {
      const { file, run } = await world();
      for (const column of ['shoeSize', 'constructor']) {
        const wrong = await run('import', await file(`userName,${column}`, 'ada,39'));
        expect([wrong.code, wrong.stdout]).to.deep.equal([1, '']);
        expect(wrong.stderr).to.match(new RegExp(`^muster: .*${column}.*\\n$`));
      }
      const untrue = await run('import', await file('userName,active', 'ada,constructor'));
      expect(untrue.stdout).to.contain('active: "constructor" is neither true nor false');
      const broken = await run('import', await file('userName', '"ada'));
      expect(broken.code).to.equal(1);
      expect(broken.stderr)
        .to.match(/quote/i)
        .and.not.to.match(/at .*:\d+:\d+/);
    });

    it('does nothing in a dry run, and says what it would do', async () => {
      const { call, file, results } = await world();
      await call.create('/Users', userBody('ada'));
      await call.create('/Users', userBody('gone'));
      const path = await file('userName,title', 'ada,Analyst', 'grace,Admiral');
      const { results: rows } = await results(path, '--dry-run', '--deactivate-missing');
      expect(outcomes(rows)).to.deep.equal(['updated', 'created', 'deactivated']);
      expect((await call.read('/Users')).totalResults).to.equal(2);
      expect(await find(call, 'ada')).not.to.have.property('title');
      expect(await find(call, 'gone')).to.include({ active: true });
    });

    it('switches off whom the file does not name, but asks first when that are too many', async () => {
      const { call, client, file, run, results } = await world();
      const names = Array.from({ length: 40 }, (_, index) => `person${index}`);
      await results(await file('userName', ...names));
      const cutOff = await file('userName', ...names.slice(0, 20));
      const refused = await run('import', cutOff, '--deactivate-missing');
      expect([refused.code, refused.stdout]).to.deep.equal([1, '']);
      expect(refused.stderr).to.match(/20 of 40/);
      expect((await call.read(filtered('/Users', 'active eq false'))).totalResults).to.equal(0);
      const confirmed = await results(cutOff, '--deactivate-missing', '--confirm');
      expect(outcomes(confirmed.results).filter((outcome) => outcome === 'deactivated')).to.have.length(20);
      expect((await call.read(filtered('/Users', 'active eq false'))).totalResults).to.equal(20);
      expect(client).to.be.a('string');
    });

    it('leaves the last administrator, whom the file does not name, and says so (D8)', async () => {
      const { call, file, results } = await world();
      await call.create('/Users', userBody('ada', { roles: [{ value: 'ClientAdmin' }] }));
      await call.create('/Users', userBody('bob'));
      const { code, results: rows } = await results(
        await file('userName', 'grace'),
        '--deactivate-missing',
        '--confirm',
      );
      expect([code, outcomes(rows)]).to.deep.equal([1, ['created', 'failed', 'deactivated']]);
      expect(rows.find(({ key }) => key === 'ada')?.detail).to.contain('last active administrator');
      expect((await find(call, 'ada'))?.['active']).to.equal(true);
    });

    it('asks first as well when the file itself switches too many off', async () => {
      const { call, file, run, results } = await world();
      const names = Array.from({ length: 30 }, (_, index) => `person${index}`);
      await results(await file('userName', ...names));
      const off = await file('userName,active', ...names.map((name) => `${name},false`));
      expect((await run('import', off)).code).to.equal(1);
      expect((await call.read(filtered('/Users', 'active eq false'))).totalResults).to.equal(0);
      expect((await results(off, '--confirm')).results).to.have.length(30);
    });

    it('exports what an import reads, formulas made harmless', async () => {
      const { call, file, run } = await world();
      await call.create(
        '/Users',
        userBody('ada', { displayName: '=1+1', emails: [{ type: 'work', value: 'a@x.example' }] }),
      );
      const csv = (await run('export')).stdout;
      expect(csv)
        .to.match(/^userName,externalId,/)
        .and.to.match(/^ada,.*'=1\+1,a@x\.example/m);
      const lines = (await run('export', '--format', 'ndjson')).stdout.trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { userName: string }).userName)).to.deep.equal(['ada']);
      const other = await world();
      const back = await other.results(await file(...csv.trimEnd().split('\n')));
      expect(outcomes(back.results)).to.deep.equal(['created']);
    });

    it('gives back what it exported as it was, also where a quote stands before it', async () => {
      const { call, file, run, results } = await world();
      const names = ['=1+1', "'=1+1", "''@home", '-x', '+1 555 0100', "'quoted'", "O'Hara", '@SUM(A1)'];
      for (const displayName of names) await call.create('/Users', userBody(displayName, { displayName }));
      const csv = (await run('export')).stdout;
      const again = await results(await file(...csv.trimEnd().split('\n')));
      expect(outcomes(again.results)).to.deep.equal(names.map(() => 'unchanged'));
    });

    it('shows on a terminal no control character of a name, whoever has put it there', async () => {
      const { call, file, run } = await world();
      const evil = '\u001b[2Jada\u0007\r\nroot\u202e';
      await call.create('/Users', userBody('ada', { displayName: evil }));
      const told = [await run('user', 'list'), await run('user', 'show', 'ada')];
      told.push(await run('import', await file('userName,displayName', '\u001b[31mbob,b')));
      for (const { stdout } of told) expect(stdout).not.to.match(/[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
      expect(told[0]?.stdout).to.contain(String.raw`\u001b[2Jada\u0007\u000d\u000aroot\u202e`);
      const [only] = JSON.parse((await run('user', 'list', '--json')).stdout) as readonly { displayName: string }[];
      expect(only?.displayName).to.equal(evil);
    });
  });
});
