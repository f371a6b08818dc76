import { Router } from 'express';
import type { Services } from '../../directory/services.js';

export function apiRouter(_services: Services): Router {
  return Router();
}
