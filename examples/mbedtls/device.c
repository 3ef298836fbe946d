/*
 * A small device: makes a key, enrols with a one-time token over EST (RFC 7030 §4.2), publishes one reading over MQTT 3.1.1
 * and mutual TLS. Mbed TLS and nothing else, so that the same file serves an ESP32 (ESP-IDF brings Mbed TLS) and a
 * workstation; on an ESP32 put the key into encrypted NVS or behind the DS peripheral instead of a file.
 *
 *   device HOST EST_PORT MQTT_PORT CA_FILE ID FOLDER [TOKEN]
 *
 * The token is needed the first time only: what was made and obtained is kept in FOLDER.
 */
#include <mbedtls/asn1.h>
#include <mbedtls/base64.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context drbg;

static void must(int result, const char *what) {
  char reason[128];
  if (result >= 0) return;
  mbedtls_strerror(result, reason, sizeof reason);
  fprintf(stderr, "%s: %s\n", what, reason);
  exit(1);
}

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* Keeps what only the device's owner may read. */
static void keep(const char *path, const char *text) {
  umask(077);
  FILE *file = fopen(path, "w");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) fail("The folder can't be written to.");
}

static int load_key(mbedtls_pk_context *key, const char *path) {
#if MBEDTLS_VERSION_MAJOR >= 3
  return mbedtls_pk_parse_keyfile(key, path, NULL, mbedtls_ctr_drbg_random, &drbg);
#else
  return mbedtls_pk_parse_keyfile(key, path, NULL);
#endif
}

/* The device's own key: made here, and it never leaves. */
static void own_key(mbedtls_pk_context *key, const char *path) {
  unsigned char pem[1024];
  mbedtls_pk_init(key);
  if (load_key(key, path) == 0) return;
  must(mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "key");
  must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key), mbedtls_ctr_drbg_random, &drbg), "key");
  must(mbedtls_pk_write_key_pem(key, pem, sizeof pem), "key");
  keep(path, (const char *)pem);
}

/* TLS to the site, with the site's own CA as the only one that counts. */
typedef struct {
  mbedtls_net_context socket;
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config config;
} Channel;

static void open_channel(Channel *channel, const char *host, const char *port, mbedtls_x509_crt *ca,
                         mbedtls_x509_crt *own, mbedtls_pk_context *key) {
  mbedtls_net_init(&channel->socket);
  mbedtls_ssl_init(&channel->ssl);
  mbedtls_ssl_config_init(&channel->config);
  must(mbedtls_net_connect(&channel->socket, host, port, MBEDTLS_NET_PROTO_TCP), "connect");
  must(mbedtls_ssl_config_defaults(&channel->config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                   MBEDTLS_SSL_PRESET_DEFAULT), "TLS");
  mbedtls_ssl_conf_rng(&channel->config, mbedtls_ctr_drbg_random, &drbg);
  mbedtls_ssl_conf_authmode(&channel->config, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_ca_chain(&channel->config, ca, NULL);
  if (own != NULL) must(mbedtls_ssl_conf_own_cert(&channel->config, own, key), "certificate");
  must(mbedtls_ssl_setup(&channel->ssl, &channel->config), "TLS");
  must(mbedtls_ssl_set_hostname(&channel->ssl, host), "TLS");
  mbedtls_ssl_set_bio(&channel->ssl, &channel->socket, mbedtls_net_send, mbedtls_net_recv, NULL);
  must(mbedtls_ssl_handshake(&channel->ssl), "handshake");
}

static void send_all(Channel *channel, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    int sent = mbedtls_ssl_write(&channel->ssl, bytes, length);
    must(sent, "write");
    bytes += sent;
    length -= (size_t)sent;
  }
}

/* Reads until the other side is done, the buffer is full, or (with `least`) enough is there. */
static size_t receive(Channel *channel, unsigned char *buffer, size_t size, size_t least) {
  size_t length = 0;
  while (length < size && (least == 0 || length < least)) {
    int got = mbedtls_ssl_read(&channel->ssl, buffer + length, size - length);
    if (got == 0 || got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || got == MBEDTLS_ERR_NET_CONN_RESET) break;
    must(got, "read");
    length += (size_t)got;
  }
  return length;
}

static void close_channel(Channel *channel) {
  mbedtls_ssl_close_notify(&channel->ssl);
  mbedtls_net_free(&channel->socket);
  mbedtls_ssl_free(&channel->ssl);
  mbedtls_ssl_config_free(&channel->config);
}

static size_t to_base64(char *text, size_t size, const unsigned char *bytes, size_t length) {
  size_t written = 0;
  must(mbedtls_base64_encode((unsigned char *)text, size, &written, bytes, length), "base64");
  return written;
}

/* The first certificate of a certs-only CMS message (RFC 5652 §5.1): inside content [0], SignedData, certificates [0]. */
static void first_certificate(const unsigned char *der, size_t length, unsigned char **certificate, size_t *size) {
  unsigned char *at = (unsigned char *)der;
  const unsigned char *end = der + length;
  size_t part;
  const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
  const int set = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET;
  const int zero = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;
  const int skipped[] = {MBEDTLS_ASN1_INTEGER, set, sequence};
  must(mbedtls_asn1_get_tag(&at, end, &part, sequence), "CMS");
  must(mbedtls_asn1_get_tag(&at, end, &part, MBEDTLS_ASN1_OID), "CMS");
  at += part;
  must(mbedtls_asn1_get_tag(&at, end, &part, zero), "CMS");
  must(mbedtls_asn1_get_tag(&at, end, &part, sequence), "CMS");
  for (int index = 0; index < 3; index++) {
    must(mbedtls_asn1_get_tag(&at, end, &part, skipped[index]), "CMS");
    at += part;
  }
  must(mbedtls_asn1_get_tag(&at, end, &part, zero), "CMS");
  *certificate = at;
  must(mbedtls_asn1_get_tag(&at, end, &part, sequence), "CMS");
  *size = (size_t)(at - *certificate) + part;
}

/* A certificate for the key, for a token. Kept as PEM. */
static void enrol(const char *host, const char *port, mbedtls_x509_crt *ca, mbedtls_pk_context *key, const char *id,
                  const char *token, const char *path) {
  unsigned char der[1024];
  char subject[80], csr[1400], login[256], encoded_login[400], request[2600];
  static unsigned char answer[8192], cms[6144];
  snprintf(subject, sizeof subject, "CN=%s", id);
  mbedtls_x509write_csr writer;
  mbedtls_x509write_csr_init(&writer);
  mbedtls_x509write_csr_set_md_alg(&writer, MBEDTLS_MD_SHA256);
  mbedtls_x509write_csr_set_key(&writer, key);
  must(mbedtls_x509write_csr_set_subject_name(&writer, subject), "request");
  int size = mbedtls_x509write_csr_der(&writer, der, sizeof der, mbedtls_ctr_drbg_random, &drbg);
  must(size, "request");
  mbedtls_x509write_csr_free(&writer);
  /* Mbed TLS writes DER at the end of the buffer. */
  size_t csr_length = to_base64(csr, sizeof csr, der + sizeof der - size, (size_t)size);
  snprintf(login, sizeof login, "%s:%s", id, token);
  to_base64(encoded_login, sizeof encoded_login, (const unsigned char *)login, strlen(login));
  int length = snprintf(request, sizeof request,
                        "POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Basic %s\r\n"
                        "Content-Type: application/pkcs10\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                        host, port, encoded_login, csr_length, csr);
  if (length < 0 || (size_t)length >= sizeof request) fail("The request is too long.");
  Channel channel;
  open_channel(&channel, host, port, ca, NULL, NULL);
  send_all(&channel, (const unsigned char *)request, (size_t)length);
  size_t got = receive(&channel, answer, sizeof answer - 1, 0);
  answer[got] = '\0';
  close_channel(&channel);
  char *body = strstr((char *)answer, "\r\n\r\n");
  if (strncmp((char *)answer, "HTTP/1.1 200", 12) != 0 || body == NULL) {
    fprintf(stderr, "The site refused: %s\n", answer);
    exit(1);
  }
  size_t cms_length = 0, certificate_length = 0;
  unsigned char *certificate = NULL;
  must(mbedtls_base64_decode(cms, sizeof cms, &cms_length, (unsigned char *)body + 4, strlen(body + 4)), "answer");
  first_certificate(cms, cms_length, &certificate, &certificate_length);
  char text[2800] = "-----BEGIN CERTIFICATE-----\n";
  size_t begin = strlen(text);
  begin += to_base64(text + begin, sizeof text - begin - 32, certificate, certificate_length);
  strcpy(text + begin, "\n-----END CERTIFICATE-----\n");
  keep(path, text);
}

/* MQTT 3.1.1: CONNECT, one PUBLISH with QoS 1, DISCONNECT (§3.1, §3.3, §3.14). All are shorter than 128 bytes. */
static void publish(Channel *channel, const char *id, const char *topic, const char *reading) {
  unsigned char packet[128], answer[4];
  size_t name = strlen(id), place = strlen(topic), size = strlen(reading);
  if (12 + name > 127 || 4 + place + size > 127) fail("Too long for this small example.");
  const unsigned char head[] = {0x10, (unsigned char)(12 + name), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, (unsigned char)name};
  memcpy(packet, head, sizeof head);
  memcpy(packet + sizeof head, id, name);
  send_all(channel, packet, sizeof head + name);
  if (receive(channel, answer, 4, 4) != 4 || answer[0] != 0x20 || answer[3] != 0) fail("The site did not let the device in.");
  const unsigned char start[] = {0x32, (unsigned char)(4 + place + size), 0, (unsigned char)place};
  memcpy(packet, start, sizeof start);
  memcpy(packet + 4, topic, place);
  packet[4 + place] = 0;
  packet[5 + place] = 1;
  memcpy(packet + 6 + place, reading, size);
  send_all(channel, packet, 6 + place + size);
  if (receive(channel, answer, 4, 4) != 4 || answer[0] != 0x40) fail("The reading was not acknowledged.");
  const unsigned char goodbye[] = {0xe0, 0};
  send_all(channel, goodbye, sizeof goodbye);
}

int main(int count, char **values) {
  if (count < 7) fail("device HOST EST_PORT MQTT_PORT CA_FILE ID FOLDER [TOKEN]");
  const char *host = values[1], *est = values[2], *mqtt = values[3], *id = values[5], *folder = values[6];
  char key_path[512], certificate_path[512], topic[96];
  snprintf(key_path, sizeof key_path, "%s/key.pem", folder);
  snprintf(certificate_path, sizeof certificate_path, "%s/cert.pem", folder);
  snprintf(topic, sizeof topic, "d/%s/temperature", id);
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&drbg);
  must(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, (const unsigned char *)id, strlen(id)), "entropy");

  mbedtls_x509_crt ca, own;
  mbedtls_pk_context key;
  mbedtls_x509_crt_init(&ca);
  mbedtls_x509_crt_init(&own);
  must(mbedtls_x509_crt_parse_file(&ca, values[4]), "CA certificate");
  own_key(&key, key_path);
  if (mbedtls_x509_crt_parse_file(&own, certificate_path) != 0) {
    if (count < 8) fail("There is no certificate yet: give the token.");
    enrol(host, est, &ca, &key, id, values[7], certificate_path);
    must(mbedtls_x509_crt_parse_file(&own, certificate_path), "certificate");
    printf("enrolled as %s\n", id);
  }
  Channel channel;
  open_channel(&channel, host, mqtt, &ca, &own, &key);
  publish(&channel, id, topic, "21.5");
  close_channel(&channel);
  printf("published %s\n", topic);
  return 0;
}
