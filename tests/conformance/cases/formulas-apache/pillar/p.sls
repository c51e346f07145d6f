apache:
  lookup: {server: apache2-bin}
  sites:
    example.net:
      template_file: salt://apache/vhosts/standard.tmpl
    'example.com':
      ServerName: example.com
      ServerAlias: www.example.com alias.example.com
      interface: '127.0.0.1 10.0.0.5'
      port: 8080
      Directory:
        default: {Options: -Indexes}
        /srv/x: {Order: 'deny,allow'}
      Formula_Append: |
        Additional config as a
        multi-line string here
    off.example: {enabled: false, DocumentRoot: false}
