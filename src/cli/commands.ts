import type { Command } from 'commander';
import type { Config } from '../config.js';
import { addAuditCommands } from './audit-commands.js';
import { addBackupCommands } from './backup-commands.js';
import { addClaimCommands } from './claim-commands.js';
import { addClientCommands } from './client-commands.js';
import { addCollaborationCommands } from './collaboration-commands.js';
import { addCompactCommand } from './compact-command.js';
import { addExportCommand } from './export-command.js';
import { addGroupCommands } from './group-commands.js';
import { addImportCommand } from './import-command.js';
import { addInvitationCommands } from './invitation-commands.js';
import { addObjectCommands, addPermissionCommands } from './permission-commands.js';
import { addRoleCommands } from './role-commands.js';
import { addServiceCommands } from './service-commands.js';
import { addTokenCommands } from './token-commands.js';
import { addUnitCommands } from './unit-commands.js';
import { addUserCommands } from './user-commands.js';

/** Adds everything that an administrator or an operator can do. */
export function addCommands(program: Command, readConfig: () => Config): void {
  addClientCommands(program, readConfig);
  addRoleCommands(program, readConfig);
  addUnitCommands(program, readConfig);
  addUserCommands(program, readConfig);
  addGroupCommands(program, readConfig);
  addPermissionCommands(program, readConfig);
  addObjectCommands(program, readConfig);
  addClaimCommands(program, readConfig);
  addCollaborationCommands(program, readConfig);
  addInvitationCommands(program, readConfig);
  addServiceCommands(program, readConfig);
  addTokenCommands(program, readConfig);
  addAuditCommands(program, readConfig);
  addBackupCommands(program, readConfig);
  addCompactCommand(program, readConfig);
  addImportCommand(program, readConfig);
  addExportCommand(program, readConfig);
}
