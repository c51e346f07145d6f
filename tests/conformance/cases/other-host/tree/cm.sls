cm: {test.nop: [{id: {{ grains['id'] }}}, {os: {{ grains['os'] }}}]}
