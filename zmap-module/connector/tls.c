/* TLS once the hold is over, with the domain's name; the certificate is not judged. What the machine's configuration says of TLS is not read. */
#define _GNU_SOURCE
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "connection.h"

static const unsigned char http1[] = "\x08http/1.1";

/* NULL when the library cannot. */
static SSL_CTX *context(void)
{
	static SSL_CTX *made;
	if (made != NULL)
		return made;
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	made = SSL_CTX_new(TLS_client_method());
	if (made == NULL)
		return NULL;
	SSL_CTX_set_verify(made, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_min_proto_version(made, TLS1_VERSION);
	SSL_CTX_set_security_level(made, 0);
	SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
	return made;
}

void tls_begin(struct connection *one)
{
	one->tls = TLS_NONE;
	one->ssl = context() == NULL ? NULL : SSL_new(context());
	if (one->ssl == NULL)
		return;
	SSL_set_fd(one->ssl, one->fd);
	SSL_set_connect_state(one->ssl);
	if (one->to.name[0] != '\0')
		SSL_set_tlsext_host_name(one->ssl, one->to.name);
	if (one->to.way == WAY_HTTPS)
		SSL_set_alpn_protos(one->ssl, http1, sizeof(http1) - 1);
}

static void done(struct connection *one)
{
	one->tls = TLS_DONE;
	snprintf(one->tls_version, sizeof(one->tls_version), "%s", SSL_get_version(one->ssl));
}

/* An alert comes from the server; any other fault means that what arrived is not TLS. */
static void failed(struct connection *one, int kind, int reason)
{
	unsigned long error = ERR_get_error();
	const char *words = ERR_reason_error_string(error);
	if (kind == SSL_ERROR_SYSCALL || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		one->tls = reason == ECONNRESET || reason == EPIPE ? TLS_RESET : TLS_CLOSED;
	else
		one->tls = ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET ? TLS_ALERT : TLS_NONE;
	if (kind == SSL_ERROR_SSL && one->tls != TLS_CLOSED && words != NULL)
		snprintf(one->tls_error, sizeof(one->tls_error), "%s", words);
}

bool tls_step(struct connection *one, uint32_t *wants)
{
	*wants = EPOLLIN | EPOLLRDHUP;
	if (one->ssl == NULL)
		return true;
	ERR_clear_error();
	errno = 0;
	int result = SSL_do_handshake(one->ssl);
	int reason = errno, kind = SSL_get_error(one->ssl, result);
	if (result == 1) {
		done(one);
		return true;
	}
	if (kind == SSL_ERROR_WANT_WRITE)
		*wants |= EPOLLOUT;
	if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
		return false;
	failed(one, kind, reason);
	return true;
}

/* Says goodbye, once. */
void tls_end(struct connection *one)
{
	if (one->ssl == NULL)
		return;
	if (one->tls == TLS_DONE)
		SSL_shutdown(one->ssl);
	SSL_free(one->ssl);
	ERR_clear_error();
	one->ssl = NULL;
}
