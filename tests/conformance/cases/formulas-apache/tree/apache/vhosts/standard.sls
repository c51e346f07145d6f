{% from "apache/map.jinja" import apache, sites with context %}
{% for id, site in sites.items() %}
{% set documentroot = site.get('DocumentRoot', '{0}/{1}'.format('/var/www', site.get('ServerName', id))) %}
@DIR@/vhost-{{ id }}{{ apache.confext }}:
  file:
    - managed
    - source: {{ site.get('template_file', 'salt://apache/vhosts/' ~ site.get('interface_type', 'standard') ~ '.tmpl') }}
    - template: {{ site.get('template_engine', 'jinja') }}
    - context:
        id: {{ id|json }}
        site: {{ site|json }}
        map: {{ apache|json }}
    - require:
      - test: apache
{% if site.get('DocumentRoot') != False %}
{{ id }}-documentroot:
  file.directory:
    - unless: test -d {{ documentroot }}
    - onlyif: 'false'
    - name: {{ documentroot }}
    - makedirs: True
{% endif %}
{% if grains.os_family == 'Debian' and site.get('enabled', True) %}
a2ensite {{ id }}{{ apache.confext }}:
  cmd.run:
    - name: ln -sf @DIR@/vhost-{{ id }}.conf @DIR@/enabled-{{ id }}
    - unless: test -f @DIR@/enabled-{{ id }}
    - require:
      - file: @DIR@/vhost-{{ id }}{{ apache.confext }}
    - watch_in:
      - test: apache-restart
{% endif %}
{% endfor %}
