# One image for every process: ROLES says what it does, DATABASE_URL and REDIS_URL say with what.
# Debian and not Alpine: the native modules come built for glibc.

FROM node:24.21.0-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script here, so none gets to run one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY src ./src
COPY admin ./admin
RUN npm run build

FROM node:24.21.0-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# More than half of what is left serves only developers. TypeScript stays behind as an optional peer.
RUN rm -rf node_modules/typescript node_modules/.bin \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24.21.0-trixie-slim
LABEL org.opencontainers.image.title="fiko-woocommerce-sync" \
  org.opencontainers.image.description="Keeps a WooCommerce catalogue in step with the knowledge base of an AI shop assistant."
# Both ports are set, so that the health check finds every role. DATA_DIR counts in embedded mode only. C's allocator
# would keep what is freed in an arena for nearly each thread.
ENV NODE_ENV=production \
  MALLOC_ARENA_MAX=2 \
  HOST=0.0.0.0 \
  PORT=3000 \
  WORKER_PORT=3000 \
  DATA_DIR=/data
# No VOLUME: in server mode each container would leave an empty one behind.
RUN mkdir /data && chown node:node /data
WORKDIR /app
# The code belongs to root: the process can read it and not change it.
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist/migrations ./dist/migrations
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/admin ./dist/admin
# The user `node`, by number: orchestrators can tell from it that it is not root.
USER 1000:1000
EXPOSE 3000
# Alive, not ready: a database that is down is no reason to restart this.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const e = process.env; fetch('http://127.0.0.1:' + (e.ROLES === 'worker' ? e.WORKER_PORT : e.PORT) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Newer versions of Node.js keep up to 100 MB for objects that have just been made.
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/src/main.js"]
