postgres:
  users:
    localUser: {ensure: present, password: '98ruj923h4rf', createdb: False, inherit: ~}
    remoteUser: {ensure: absent}
  databases:
    db1: {owner: localUser, template: template0, lc_ctype: C.UTF-8, schemas: {public: {owner: localUser}, app: {}}}
    db2: {}
  postgresconf: |
    listen_addresses = '*'
    log = 'x'
  acls:
    - ['local', 'db0', 'connuser', 'peer']
    - ['host', 'db1', 'u', '10.0.0.0/8']
    - {type: hostssl, db: all, user: all, addr: 0.0.0.0/0}
    - ['local', 'db3', 'x']
