"""The language of each paper; told for the papers that are there already."""

from __future__ import annotations

from django.db import migrations, models

from broadsheet.catalogue.language import language_of


def tell(apps, schema_editor):
    papers = apps.get_model("catalogue", "Paper").objects
    batch = []
    for paper in papers.only("pk", "title", "abstract").iterator(chunk_size=500):
        paper.language = language_of(paper.title, paper.abstract)
        batch.append(paper)
        if len(batch) == 500:
            papers.bulk_update(batch, ["language"])
            batch = []
    papers.bulk_update(batch, ["language"])


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_summary_and_stars")]

    operations = [
        migrations.AddField("paper", "language", models.CharField(blank=True, max_length=8)),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
