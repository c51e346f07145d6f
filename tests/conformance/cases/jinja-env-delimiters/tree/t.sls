a:
  test.nop:
    - x: << 1 + 1 >>
    - y: '{{ 1 }}'
<% if true %>    - z: 3<% endif %>
<# gone #>
