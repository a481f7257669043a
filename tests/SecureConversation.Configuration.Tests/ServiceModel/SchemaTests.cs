using System.Text.RegularExpressions;
using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Every element and attribute of the schema is fed: nothing is dropped in silence.</summary>
public sealed partial class SchemaTests
{
    // Attributes whose effect depends on something that a file cannot have there: they are problems with a name instead.
    private static readonly string[] WithoutEffectThere =
    [
        "secureConversationBootstrap/canRenewSecurityContextToken",
    ];

    // Attributes that WCF's schema does not require and WCF does.
    private static readonly string[] NeededThere =
        ["client/endpoint/binding", "service/endpoint/binding", "scopedCertificates/add/findValue"];

    public static TheoryData<string, string> Attributes =>
        [.. SchemaDocument.All.SelectMany(document => document.Element.Attributes.Select(attribute => (document.Path, attribute.Name)))];

    public static TheoryData<string> Elements => [.. SchemaDocument.All.Select(document => document.Path)];

    [Theory]
    [MemberData(nameof(Attributes))]
    public void Attribute_WithAnotherValueThanItsDefault_ChangesTheResultOrIsAProblem(string path, string name)
    {
        var document = Find(path);
        var schema = document.Element.Attributes.Single(attribute => attribute.Name == name);
        var value = Other(schema);
        var (text, line) = document.Write(name, value);
        var before = Configurations.Whole(document.Write().Text);
        var after = Configurations.Whole(WithContextOnly(document, name));

        var configuration = Configurations.Whole(text);

        var named = configuration.Problems.Where(problem => problem.Attribute == name && problem.Location.Line == line).ToList();
        if (schema.Effect == AttributeEffect.Used && !IsWithoutEffect(path, name))
        {
            // What names something that does not exist is an error, which names it.
            Assert.True(
                ResultText.Of(schema.IsRequired ? before : after) != ResultText.Of(configuration)
                    || named.Any(problem => problem.Severity == ConfigurationProblemSeverity.Error),
                text);
        }
        else
        {
            var problem = Assert.Single(named);
            Assert.Equal(value, problem.Found, ignoreCase: true);
            Assert.NotEmpty(problem.Reason);
            Assert.NotEmpty(problem.Remedy);
            Assert.Equal(schema.Effect == AttributeEffect.Refused, problem.Severity == ConfigurationProblemSeverity.Error);
        }
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    public void Attribute_WithItsDefault_IsNoProblem(string path, string name)
    {
        var document = Find(path);
        var schema = document.Element.Attributes.Single(attribute => attribute.Name == name);
        if (schema.IsRequired || NeededThere.Any(entry => $"{path}/{name}".EndsWith(entry, StringComparison.Ordinal)))
        {
            return;
        }

        var configuration = Configurations.Whole(document.Write(name, schema.Default).Text);

        Assert.DoesNotContain(configuration.Problems, problem => problem.Attribute == name);
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    public void Attribute_WithAValueOfAnotherType_IsAnError(string path, string name)
    {
        var document = Find(path);
        var schema = document.Element.Attributes.Single(attribute => attribute.Name == name);
        var (text, line) = document.Write(name, "http://[");
        var configuration = Configurations.Whole(text);

        if (schema.Kind == ValueKind.Text)
        {
            return;
        }

        var problem = Assert.Single(configuration.Problems, problem => problem.Attribute == name && problem.Found == "http://[");
        Assert.Equal(ConfigurationProblemSeverity.Error, problem.Severity);
        Assert.Equal(line, problem.Location.Line);
        Assert.Contains(schema.Kind.Expected, problem.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Element_WithAnUnknownAttribute_IsAnErrorWithItsLine(string path)
    {
        var document = Find(path);
        var (text, line) = document.Write("sampleAttribute", "x");

        var problems = Configurations.Whole(text).Problems;

        if (document.Element.Reason.Length > 0)
        {
            // The whole element is a problem.
            Assert.Contains(problems, problem => problem.Reason == document.Element.Reason && problem.Location.Line == line);
            return;
        }

        var problem = Assert.Single(problems, problem => problem.Attribute == "sampleAttribute");
        Assert.Equal((ConfigurationProblemSeverity.Error, line), (problem.Severity, problem.Location.Line));
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Element_WithAnUnknownElement_IsAnErrorWithItsLine(string path)
    {
        var document = Find(path);
        var (text, line) = document.Write(child: new XElement("sampleElement"));

        var problems = Configurations.Whole(text).Problems;

        if (document.Element.IsRaw)
        {
            Assert.DoesNotContain(problems, problem => problem.Reason.Contains("sampleElement", StringComparison.Ordinal));
            return;
        }

        var problem = Assert.Single(problems, problem => problem.Reason.Contains("<sampleElement>", StringComparison.Ordinal));
        Assert.Equal((ConfigurationProblemSeverity.Error, line + 1), (problem.Severity, problem.Location.Line));
        Assert.EndsWith($"/{path}", Keys().Replace($"/{problem.Path}", ""), StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_HasAllItsElementsAndAttributes()
    {
        // A schema that lost a part would make the tests above pass for less.
        Assert.InRange(SchemaDocument.All.Count(), 1050, 1250);
        Assert.InRange(Attributes.Count, 4300, 5300);
    }

    private static bool IsWithoutEffect(string path, string name) =>
        WithoutEffectThere.Any(entry => $"{path}/{name}".EndsWith(entry, StringComparison.Ordinal));

    // The same surroundings without the attribute itself, so that only the attribute makes the difference.
    private static string WithContextOnly(SchemaDocument document, string name)
    {
        var (text, line) = document.Write(name, "");
        var lines = text.Split('\n');
        lines[line - 1] = lines[line - 1].Replace($" {name}=\"\"", "", StringComparison.Ordinal);
        return string.Join('\n', lines);
    }

    private static SchemaDocument Find(string path) => SchemaDocument.All.First(document => document.Path == path);

    private static string Other(AttributeSchema schema)
    {
        var candidates = schema.Kind == ValueKind.Text
            ? ["sample"]
            : schema.Kind == ValueKind.Address
                ? ["http://sample/x"]
                : new[] { "true", "false", "00:07:00", "7", "Tls12" }
                    .Concat(Words().Matches(schema.Kind.Expected).Select(match => match.Value));
        return candidates.First(text => schema.Kind.Parse(text) is { } value && !value.Equals(schema.DefaultValue));
    }

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Keys();

    [GeneratedRegex("[A-Za-z0-9-]+")]
    private static partial Regex Words();
}
