//! What is said about hooks and the pattern of file names.

use super::*;

fn hook(problem: HookProblem) -> String {
    said(&ConfigError::Hook {
        place: FilePlace {
            excerpt: Some("[[migrations.post_write_hooks]]".to_owned()),
            ..place()
        },
        problem,
    })
}

fn template(problem: FileTemplateProblem) -> String {
    let flag = "file-template";
    said(&value(
        flag,
        Origin::Flag(flag),
        Mismatch::FileTemplate(problem),
    ))
}

#[test]
fn hooks() {
    insta::assert_snapshot!(hook(HookProblem::NoTables), @"
    seaworthy: error[hook]: a hook for new files is not valid
      --> seaworthy.toml:2:1
       2 | [[migrations.post_write_hooks]]
         | ^
      cause: it is no list of tables

      hint: write each hook under a header `[[migrations.post_write_hooks]]`
    exit 78
    ");
    insta::assert_snapshot!(hook(HookProblem::Key {
        key: Some("comand".to_owned()),
        nearest: Some("command"),
    }), @"
    seaworthy: error[hook]: a hook for new files is not valid
      --> seaworthy.toml:2:1
       2 | [[migrations.post_write_hooks]]
         | ^
      cause: it has no key `comand`

      hint: did you mean `command`?
    exit 78
    ");
    insta::assert_snapshot!(hook(HookProblem::Key { key: None, nearest: None }), @"
    seaworthy: error[hook]: a hook for new files is not valid
      --> seaworthy.toml:2:1
       2 | [[migrations.post_write_hooks]]
         | ^
      cause: a key is not known

      hint: a hook has a `name` and a `command`
    exit 78
    ");
    insta::assert_snapshot!(hook(HookProblem::Name), @r#"
    seaworthy: error[hook]: a hook for new files is not valid
      --> seaworthy.toml:2:1
       2 | [[migrations.post_write_hooks]]
         | ^
      cause: it has no `name`, or one that is not a string

      hint: add a line such as `name = "format"`
    exit 78
    "#);
    insta::assert_snapshot!(hook(HookProblem::Command), @r#"
    seaworthy: error[hook]: a hook for new files is not valid
      --> seaworthy.toml:2:1
       2 | [[migrations.post_write_hooks]]
         | ^
      cause: it has no `command`, or one that is not an array of strings

      hint: add a line such as `command = ["pg_format", "-i", "REVISION_SCRIPT_FILENAME"]`
    exit 78
    "#);
}

#[test]
fn file_templates() {
    let nearest = Some("slug");
    insta::assert_snapshot!(template(FileTemplateProblem::Token { nearest }), @"
    seaworthy: error[setting]: the value of `--file-template` is not valid
      cause: a token is not known

      hint: did you mean `%(slug)`?
    exit 2
    ");
    insta::assert_snapshot!(template(FileTemplateProblem::Token { nearest: None }), @"
    seaworthy: error[setting]: the value of `--file-template` is not valid
      cause: a token is not known

      hint: the tokens are rev, slug, year, month, day, hour, minute, second and epoch
    exit 2
    ");
    insta::assert_snapshot!(template(FileTemplateProblem::Percent), @"
    seaworthy: error[setting]: the value of `--file-template` is not valid
      cause: a `%` is followed by neither `(TOKEN)` nor another `%`

      hint: write it as printf does, such as `%(year)d_%(month).2d_%(rev)s_%(slug)s`
    exit 2
    ");
    insta::assert_snapshot!(template(FileTemplateProblem::Conversion), @"
    seaworthy: error[setting]: the value of `--file-template` is not valid
      cause: a token ends in none of `s`, `d`, `.2d` and `02d` that fits it

      hint: write it as printf does, such as `%(year)d_%(month).2d_%(rev)s_%(slug)s`
    exit 2
    ");
    insta::assert_snapshot!(template(FileTemplateProblem::Slash), @"
    seaworthy: error[setting]: the value of `--file-template` is not valid
      cause: subdirectories are not read, so that no `/` may stand in a name

      hint: write it as printf does, such as `%(year)d_%(month).2d_%(rev)s_%(slug)s`
    exit 2
    ");
    insta::assert_snapshot!(template(FileTemplateProblem::Hidden), @"
    seaworthy: error[setting]: the value of `--file-template` is not valid
      cause: hidden files are not read, so that a name begins with no `.`

      hint: write it as printf does, such as `%(year)d_%(month).2d_%(rev)s_%(slug)s`
    exit 2
    ");
}

#[test]
fn a_count_is_a_number() {
    let flag = "truncate-slug-length";
    insta::assert_snapshot!(said(&value(flag, Origin::Flag(flag), Mismatch::Count)), @"
    seaworthy: error[setting]: the value of `--truncate-slug-length` is not valid
      cause: it is not a whole number above zero

      hint: write a number, such as `--truncate-slug-length 40`
    exit 2
    ");
}
