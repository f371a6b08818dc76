import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { inProject, readJson, root, SetupError, main } from './project.mjs';

/**
 * The document without what only the development needs. npm's own `--omit dev` leaves packages out that the service needs as well.
 *
 * @param {any} bom CycloneDX, of everything in the lock file
 * @param {Record<string, { version?: string, dev?: boolean }>} locked by path
 */
export function withoutDevelopment(bom, locked) {
  const needed = new Set(
    Object.entries(locked)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(
        ([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`,
      ),
  );
  /** @param {string} ref */
  const isKept = (ref) => ref === bom.metadata?.component?.['bom-ref'] || needed.has(ref.replace(/\|.*$/, ''));
  return {
    ...bom,
    components: bom.components.filter(
      /** @param {any} component */ ({ name, version }) => needed.has(`${name}@${version}`),
    ),
    dependencies: bom.dependencies
      .filter(/** @param {any} dependency */ ({ ref }) => isKept(ref))
      .map(/** @param {any} dependency */ ({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) })),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const { status, stdout } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1_048_576,
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new SetupError(`npm sbom ended with ${status}`);
    const { packages } = readJson(inProject('package-lock.json'));
    process.stdout.write(`${JSON.stringify(withoutDevelopment(JSON.parse(stdout), packages), null, 2)}\n`);
  });
}
