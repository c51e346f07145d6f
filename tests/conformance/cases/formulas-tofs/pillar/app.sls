app:
  tofs:
    path_prefix: app
    dirs: {files: files, default: default}
    files_switch: [any/path/can/be/used/here, id, roles, osfinger, os, os_family]
    source_files:
      app-config-file: ['alt.conf', 'alt.conf.jinja']
