using System.Reflection;
using Xunit;

namespace SecureConversation.Testing;

/// <summary>How a setting shows that it is not there for nothing.</summary>
public abstract record Proof
{
    private Proof()
    {
    }

    /// <summary>Two values of the setting make two observations.</summary>
    public sealed record Shows(Func<Task<string>> One, Func<Task<string>> Other) : Proof;

    /// <summary>Another value than the default is refused when the binding is built.</summary>
    public sealed record Refused(Action Build) : Proof;

    /// <summary>Another test shows it, in a file below the folder of the tests.</summary>
    public sealed record ShownBy(string File, string Test) : Proof;
}

/// <summary>Finds the settings of types, and demands a proof for each.</summary>
public static class Settings
{
    private static readonly string[] WhatToDo = ["set ", "Set ", "leave ", "Leave ", "use ", "list ", "choose "];

    /// <summary>The public properties that can be set, by the type that declares them: an inherited one counts once.</summary>
    public static IEnumerable<string> Of(IEnumerable<Type> types) => types
        .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(p => p.SetMethod is { IsPublic: true })
        .Select(p => $"{p.DeclaringType!.Name}.{p.Name}")
        .Order(StringComparer.Ordinal);

    /// <summary>Fails unless the proof holds.</summary>
    /// <param name="setting">Type and property, as <see cref="Of"/> names them.</param>
    /// <param name="proof">How the setting shows.</param>
    public static async Task RequireAsync(string setting, Proof proof)
    {
        ArgumentNullException.ThrowIfNull(setting);
        switch (proof)
        {
            case Proof.Shows shows:
                var one = await shows.One();
                // What differs by itself shows nothing.
                Assert.Equal(one, await shows.One());
                Assert.NotEqual(one, await shows.Other());
                break;
            case Proof.Refused refused:
                var error = Assert.ThrowsAny<SystemException>(refused.Build);
                Assert.True(error is ArgumentException or InvalidOperationException, error.ToString());
                Assert.Contains(setting[(setting.IndexOf('.', StringComparison.Ordinal) + 1)..], error.Message, StringComparison.Ordinal);
                Assert.True(Array.Exists(WhatToDo, words => error.Message.Contains(words, StringComparison.Ordinal)), error.Message);
                break;
            case Proof.ShownBy elsewhere:
                Assert.Contains($" {elsewhere.Test}(", await File.ReadAllTextAsync(Path.Combine(PackageReferences.SourceRoot, "tests", elsewhere.File)), StringComparison.Ordinal);
                break;
        }
    }
}
