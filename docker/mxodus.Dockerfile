# mxodus itself, for laptops that are not Debian 12: docker build -t mxodus -f docker/mxodus.Dockerfile .
#   docker run --rm -it --hostname "mxodus-$(hostname)" -v ~/.ssh:/root/.ssh:ro -v mxodus-state:/root/.local/state \
#     -v "$PWD:/playbooks" mxodus …
FROM debian:bookworm AS build
COPY docker/packages/build.txt /tmp/build.txt
RUN apt-get update && xargs apt-get install -y --no-install-recommends < /tmp/build.txt
COPY . /src
WORKDIR /src
RUN cmake --preset release -DMXODUS_TESTS=OFF && cmake --build --preset release \
    && cd build/release && cpack -G DEB

FROM debian:bookworm-slim
COPY --from=build /src/build/release/*.deb /tmp/
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/*.deb && rm -rf /tmp/*.deb /var/lib/apt/lists/*
WORKDIR /playbooks
ENTRYPOINT ["mxodus"]
