import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isInstalled } from '../scripts/bootstrap.mjs';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly integrity?: string }>>;
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly license: string;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
// npm writes the one and the compiler cannot know it; the tests below are about what is in it.
const lock = JSON.parse(read('package-lock.json')) as Lock;
// As above.
const manifest = JSON.parse(read('package.json')) as Manifest;

const packageName = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the lock file', () => {
  it('holds no registry address', () => {
    expect(read('package-lock.json')).not.to.match(/"resolved"|https?:\/\/registry|_authToken/);
    expect(read('.npmrc')).to.include('omit-lockfile-registry-resolved=true');
  });

  it('holds a checksum of every package', () => {
    const without = Object.entries(lock.packages).filter(([path, { integrity }]) => path !== '' && !integrity);
    expect(without).to.deep.equal([]);
  });
});

describe('package.json', () => {
  it('asks for Node 20 or newer and names its licence', () => {
    expect(manifest.engines.node).to.equal('>=20');
    expect(manifest.license).to.equal('Apache-2.0');
    expect(read('LICENSE')).to.include('Apache License');
  });

  it('decides by name on every install script', () => {
    const withScript = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = [...new Set(withScript.map(([path]) => packageName(path)))];
    expect(Object.keys(manifest.allowScripts)).to.include.members(names);
    for (const name of Object.keys(manifest.allowScripts)) expect(name).to.match(/^(@[a-z0-9-]+\/)?[a-z0-9-]+$/);
  });

  it('offers the command muster', () => {
    expect(manifest.bin).to.deep.equal({ muster: 'scripts/muster.mjs' });
    expect(read('scripts/muster.mjs')).to.match(/^#!\/usr\/bin\/env node\n/);
  });

  it('keeps the versions of the linter that are known to install', () => {
    expect(manifest.devDependencies['oxlint']).to.equal('1.89.0');
    expect(manifest.devDependencies['oxlint-tsgolint']).to.equal('7.0.2004');
  });
});

describe('the check whether everything is installed', () => {
  const wanted = { packages: { '': {}, 'node_modules/a': { integrity: 'x' }, 'node_modules/b': { optional: true } } };

  it('is content with what the lock file wants', () => {
    expect(isInstalled(wanted, { packages: { 'node_modules/a': { integrity: 'x' } } })).to.equal(true);
  });

  it('sees that nothing is there, that a package is missing, or that it is another version', () => {
    expect(isInstalled(wanted, undefined)).to.equal(false);
    expect(isInstalled(wanted, { packages: {} })).to.equal(false);
    expect(isInstalled(wanted, { packages: { 'node_modules/a': { integrity: 'y' } } })).to.equal(false);
  });
});

describe('the repository', () => {
  it('holds no file in which two versions stand side by side', () => {
    const root = new URL('..', import.meta.url);
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
    const torn = files.filter((file) => /^(<{7}|>{7}) /m.test(readFileSync(new URL(file, root), 'utf8')));
    expect(torn).to.deep.equal([]);
  });
});
