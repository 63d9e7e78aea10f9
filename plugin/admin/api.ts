import apiFetch from '@wordpress/api-fetch';
import { PLUGIN_REST } from '../../src/contract/shop-plugin';
import type { BulkAction, ConnectionResult, Overview, ProductStatus } from './overview';

const path = (route: string): string => `/${PLUGIN_REST.namespace}${route}`;
const post = <Answer>(route: string, data: object = {}): Promise<Answer> =>
  apiFetch<Answer>({ path: path(route), method: 'POST', data });

export interface ConnectionInput {
  api_url: string;
  /** Absent: the stored one stays. */
  api_token?: string;
  signing_secret?: string;
  remove_signing_secret?: true;
}

export interface SettingsInput extends ConnectionInput {
  enable_logging: boolean;
}

export const getOverview = (): Promise<Overview> => apiFetch<Overview>({ path: path(PLUGIN_REST.overview) });
/** As the overview, after some of the waiting work was done. */
export const tick = (): Promise<Overview> => post(PLUGIN_REST.tick);
export const saveSettings = (settings: SettingsInput): Promise<Overview> =>
  post(PLUGIN_REST.settings, settings);
/** Says that the shop has moved to its present address, and is no copy. */
export const confirmSite = (): Promise<Overview> => post(PLUGIN_REST.settings, { confirm_site: true });
/** Tries values that need not be saved; absent ones are the stored ones. */
export const testConnection = (values: Partial<ConnectionInput>): Promise<ConnectionResult> =>
  post(PLUGIN_REST.connection, values);
export const bulk = (action: BulkAction): Promise<Overview> => post(PLUGIN_REST.bulk, { action });
export const reconcile = (): Promise<Overview> => post(PLUGIN_REST.reconcile);
/** All that failed, where no ids are given. */
export const retryErrors = (ids?: number[]): Promise<Overview> =>
  post(PLUGIN_REST.retry, ids === undefined ? {} : { ids });

interface ProductStatuses {
  products: ProductStatus[];
}
export const productStatus = async (ids: number[]): Promise<ProductStatus[]> =>
  (await post<ProductStatuses>(PLUGIN_REST.productStatus, { ids })).products;
export const productSync = async (ids: number[]): Promise<ProductStatus[]> =>
  (await post<ProductStatuses>(PLUGIN_REST.productSync, { ids })).products;
