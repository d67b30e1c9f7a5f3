# One static binary in an empty image. Works with BuildKit and with the classic builder; amd64 and arm64.
FROM rust:1-slim-bookworm AS build
WORKDIR /build
ENV RUSTFLAGS="-C target-feature=+crt-static"

# The dependencies are compiled in a layer of their own, which stands until Cargo.lock changes.
COPY Cargo.toml Cargo.lock build.rs no-unwind.ld ./
COPY crates/schema/Cargo.toml crates/schema/Cargo.toml
RUN mkdir -p src tests/it crates/schema/src \
 && touch src/lib.rs tests/it/main.rs crates/schema/src/lib.rs \
 && echo 'fn main() {}' > src/main.rs \
 && cargo build --release --locked --target "$(uname -m)-unknown-linux-gnu"

COPY crates crates
COPY src src
RUN touch src/lib.rs src/main.rs crates/schema/src/lib.rs \
 && cargo build --release --locked --target "$(uname -m)-unknown-linux-gnu" \
 && cp "target/$(uname -m)-unknown-linux-gnu/release/seaworthy" /seaworthy

FROM scratch
LABEL org.opencontainers.image.title="seaworthy" \
      org.opencontainers.image.description="Waits for PostgreSQL, applies the pending revisions, then becomes the application" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /seaworthy /seaworthy
# A number, so that Kubernetes can see that it is not root; the image knows no names.
USER 65532:65532
ENTRYPOINT ["/seaworthy"]
