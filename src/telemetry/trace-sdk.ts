import type { Tracer } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { productVersion } from './product-version';

export interface TraceSdk {
  tracer: Tracer;
  /** Sends what was not sent yet. */
  shutdown(): Promise<void>;
}

const SERVICE = 'fiko-woocommerce-sync';
const EXPORT_TIMEOUT_MS = 5000;
const PATH = '/v1/traces';

/**
 * Loads the SDK, which whoever wants no traces does not pay for. Nothing of it is made global: an application of the same
 * process may do without.
 *
 * @param endpoint of OTLP over HTTP; `/v1/traces` is added where it is missing
 * @param onFault told of what could not be sent
 */
export async function startTraceSdk(
  endpoint: string,
  ratio: number,
  onFault: (error: Error | undefined) => void,
): Promise<TraceSdk> {
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const base = endpoint.replace(/\/+$/, '');
  const url = base.endsWith(PATH) ? base : base + PATH;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE, 'service.version': productVersion() }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(
        {
          export: (spans: ReadableSpan[], done) =>
            exporter.export(spans, (result) => {
              if (result.error) onFault(result.error);
              done(result);
            }),
          forceFlush: () => exporter.forceFlush(),
          shutdown: () => exporter.shutdown(),
        },
        { exportTimeoutMillis: EXPORT_TIMEOUT_MS },
      ),
    ],
  });
  return { tracer: provider.getTracer(SERVICE), shutdown: () => provider.shutdown() };
}
