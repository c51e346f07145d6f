colour: {{ colour }}
os: {{ grains['os'] }}
