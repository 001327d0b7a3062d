"""What yaml files say, however they are read."""

import pytest
import yaml

from memlab.paths import configs_folder, datasets_folder, read_yaml

SHIPPED = sorted([*configs_folder().rglob("*.yaml"), *datasets_folder().rglob("*.yaml")])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_yaml_that_is_shipped_says_what_the_plain_reader_says(path):
    assert repr(read_yaml(path)) == repr(yaml.safe_load(path.read_text()))


def test_what_builds_objects_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(yaml.YAMLError):
        read_yaml(tmp_path / "a.yaml")
