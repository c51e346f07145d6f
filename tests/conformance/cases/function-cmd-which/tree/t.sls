a01: {{ (salt['cmd.has_exec']('sh'))|json }}
a02: {{ (salt['cmd.has_exec']('nosuchprogram'))|json }}
a03: {{ (salt['cmd.which']('nosuchprogram'))|json }}
a04: {{ (salt['cmd.which_bin'](['nosuchprogram']))|json }}
a05: {{ (salt['cmd.which']('sh') is string)|json }}
a06: {{ (salt['cmd.which_bin'](['nosuchprogram', 'sh']) is string)|json }}
