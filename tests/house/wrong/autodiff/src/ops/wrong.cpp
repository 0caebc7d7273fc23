// Two ops: one that other code asks for by its name, and one without a row.
struct Asked {
  static constexpr OpTraits traits{.name = "asked"};
};
struct Rowless {
  static constexpr OpTraits traits{
      .name = "rowless"};
};
