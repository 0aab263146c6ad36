# Posada as one static binary in an empty image: no shell, no package manager.
# Time zones and certificates travel with it.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/posada ./cmd/posada \
 && mkdir -p /out/data /out/keys

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/posada /posada
# Data and keys are two volumes, so that neither is ever copied with the other.
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
COPY --from=build --chown=65532:65532 --chmod=0700 /out/keys /keys
USER 65532:65532
VOLUME ["/data", "/keys"]
ENV POSADA_DB=/data/posada.db POSADA_KEY_FILE=/keys/posada.key
# The webhooks and the console, for the TLS proxy alone; the phone, health and
# metrics stay on loopback inside.
EXPOSE 8081 8082
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["/posada", "health"]
ENTRYPOINT ["/posada"]
CMD ["serve"]
