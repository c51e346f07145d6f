@DIR@/new: {file.managed: [{contents: hello}, {mode: 600}]}
@DIR@/list: {file.managed: [{contents: [one, two]}]}
@DIR@/empty: {file.managed: [{contents: ''}]}
@DIR@/block:
  file.managed:
    - mode: 0640
    - contents: |
        first
        second
@DIR@/deep/er/file: {file.managed: [{contents: x}, {makedirs: True}]}
@DIR@/no/parent: {file.managed: [{contents: x}]}
@DIR@/change: {file.managed: [{contents: two}]}
change-again: {file.managed: [{name: @DIR@/change}, {contents: [two, three]}]}
change-none: {file.managed: [{name: @DIR@/change}, {contents: [two, three]}]}
@DIR@/user: {file.managed: [{contents: x}, {user: nosuchuser}]}
