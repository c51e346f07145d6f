a01: {{ (salt['hashutil.digest']('abc'))|json }}
a02: {{ (salt['hashutil.digest']('abc', 'sha256'))|json }}
a03: {{ (salt['hashutil.md5_digest']('abc'))|json }}
a04: {{ (salt['hashutil.sha256_digest']('abc'))|json }}
a05: {{ (salt['hashutil.sha512_digest']('é'))|json }}
a06: {{ (salt['hashutil.base64_b64encode']('abc'))|json }}
a07: {{ (salt['hashutil.base64_b64decode']('YWJj'))|json }}
a08: {{ (salt['hashutil.base64_encodestring']('abc' * 40))|json }}
a09: {{ (salt['hashutil.base64_decodestring']('YWJj'))|json }}
a10: {{ (salt['hashutil.hmac_signature']('get salted', 'shared secret', 'eBWf9bstXg+NiP5AOwppB5HMvZiYMPzEM9W5YMm/AmQ='))|json }}
a11: {{ (salt['hashutil.hmac_compute']('get salted', 'shared secret'))|json }}
a12: {{ (salt['hashutil.github_signature']('{}', 'secret', 'sha1=x'))|json }}
