# The portal alone, for a PostgreSQL of its own beside it (docker-compose.yml). It runs without root,
# on a root file system that nothing writes to.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# .sqlx holds what the queries need, so no database is asked here.
RUN SQLX_OFFLINE=true cargo build --release --locked --package bss-portal

FROM debian:bookworm-slim
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal
COPY --from=build /src/target/release/bss-portal /usr/local/bin/bss-portal
USER 10001:10001
# Proxies and other containers reach it, so it cannot listen on the loopback address only.
ENV BSS_PORTAL_LISTEN=0.0.0.0:8080 \
    BSS_PORTAL_METRICS_LISTEN=0.0.0.0:9464 \
    BSS_PORTAL_LOG_FORMAT=json
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["bss-portal", "healthy"]
ENTRYPOINT ["bss-portal"]
CMD ["serve"]
