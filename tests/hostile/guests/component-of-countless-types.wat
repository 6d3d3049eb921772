;; Defines twenty thousand types that nobody uses: harmless.
;;! ends = "answers"

(beside
  @times(20000, (type (list u8)))@)
