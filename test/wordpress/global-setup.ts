import setupDatabase from '../support/global-setup';
import { prepareMaterials } from './materials';

/** What backends start from, and what sites are made of. */
export default async function setup(): Promise<void> {
  await setupDatabase();
  await prepareMaterials();
}
