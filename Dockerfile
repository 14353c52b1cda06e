# syntax=docker/dockerfile:1
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches outlive the build; the program is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --bin inroad \
    && install -D target/dist/inroad /out/inroad

FROM debian:bookworm-slim
# For TLS to the database and to the mail server. Time zones are in the program.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/inroad --create-home --shell /usr/sbin/nologin inroad
COPY --from=build /out/inroad /usr/local/bin/inroad
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/inroad/
USER inroad
WORKDIR /var/lib/inroad
VOLUME /var/lib/inroad
# DATABASE_URL and INROAD_PUBLIC_URL have no defaults here: there is no PostgreSQL in this image.
ENV INROAD_LISTEN=0.0.0.0:8080 \
    INROAD_DATA_DIR=/var/lib/inroad
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["inroad", "healthcheck"]
ENTRYPOINT ["inroad"]
CMD ["serve"]
